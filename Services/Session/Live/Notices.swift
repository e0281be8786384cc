internal import Contracts
internal import GRDB
internal import Logging
internal import Messaging
internal import Storage

/// What the live documents have to know of a session's events: stored with them, and told until it was heard.
enum Notices {
    private static let outbox = Outbox()
    private static let topic = "live.notice"

    /// Stores the notice of an event, in the event's own transaction.
    static func store(_ event: SessionEvent, of id: SessionID, in database: Database) throws {
        guard event.concernsDocuments, let notice = try notice(of: event, of: id, in: database)
        else { return }
        if let path = notice.document?.file { try LiveMarks.remove(path, in: id, database) }
        try outbox.add(topic: topic, payload: notice.encode(), in: database)
    }

    private static func notice(
        of event: SessionEvent, of id: SessionID, in database: Database
    ) throws -> LiveNotice? {
        var notice = LiveNotice()
        notice.sessionID = id
        switch event.kind {
        case .memberChanged, .memberLeft: notice.kind = .membersChanged
        case .ended: notice.kind = .sessionEnded
        case .deleted: notice.kind = .sessionDeleted
        case .fileDeleted:
            notice.kind = .fileDeleted
            notice.document = event.path.flatMap { DocumentName(file: $0) }
        case .fileWritten:
            // A file that is no text any more has no document any more.
            guard let file = event.file, file.encoding != .utf8,
                try LiveMarks.sequence(of: file.path, in: id, database) != nil
            else { return nil }
            notice.kind = .fileDeleted
            notice.document = DocumentName(file: file.path)
        default: return nil
        }
        return notice.kind == .fileDeleted && notice.document == nil ? nil : notice
    }

    /// Tells the notices, in order, each until it was heard.
    static func relay(_ store: Store, to peers: any LivePeers, _ logger: Logger) -> OutboxRelay {
        OutboxRelay("collab", outbox: outbox, store: store, logger: logger) { message in
            let notice = try LiveNotice.decode(message.payload, unknownFields: .skip)
            try await tell(notice, store, peers, logger)
        }
    }

    /// Tells a notice, unless it is out of date; what the other side refuses is not told again.
    static func tell(
        _ notice: LiveNotice, _ store: Store, _ peers: any LivePeers, _ logger: Logger
    ) async throws {
        if let path = notice.document?.file {
            // A file of that name is edited live again: the old document must have been gone before.
            let mark = try await store.read {
                try LiveMarks.sequence(of: path, in: notice.sessionID, $0)
            }
            if mark != nil { return }
        }
        do {
            try await peers.tell(notice)
        } catch let problem as Problem where problem.status < 500 {
            logger.error("a notice was refused", metadata: ["kind": "\(notice.kind)", "error": "\(problem)"])
        }
    }
}

extension SessionEvent {
    /// Whether the live documents may have to know of it.
    var concernsDocuments: Bool {
        switch kind {
        case .memberChanged, .memberLeft, .ended, .deleted, .fileDeleted: true
        case .fileWritten: file?.encoding == .base64
        default: false
        }
    }
}
