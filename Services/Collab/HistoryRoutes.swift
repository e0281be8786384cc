internal import Contracts
internal import NIOCore
internal import NIOHTTP1
internal import ServiceKit
internal import SystemKit

/// A document's past over REST.
extension CollabService {
    func addHistory(to routes: inout Routes) {
        routes.on(DocumentHistoryEndpoints.versions) { call in
            let room = try await existing(call)
            let before = try Self.cursor(call)
            let durable = try await room.settled { $0.durable }
            return try await history.versions(
                of: room.key, upTo: durable, before: before, limit: try call.pageLimit())
        }
        routes.reply(to: DocumentHistoryEndpoints.name) { call in try await name(call) }
        routes.on(DocumentHistoryEndpoints.version) { call in
            let (room, sequence) = try await versioned(call)
            return try await history.text(of: room.key, at: sequence)
        }
        routes.on(DocumentHistoryEndpoints.difference) { call in
            let (room, sequence) = try await versioned(call)
            let newest = try await room.settled { $0.durable }
            let to = try call.query("to", in: 0...Int.max) ?? newest
            guard to <= newest else { throw Self.noVersion(to, newest) }
            return try await history.difference(of: room.key, from: sequence, to: to)
        }
        routes.reply(to: DocumentHistoryEndpoints.restore) { call in
            _ = try await writable(call)
            let (room, sequence) = try await versioned(call)
            let text = try await history.text(of: room.key, at: sequence).text
            return try await change(call) { room, author in try room.write(text, by: author) }
        }
        routes.on(DocumentHistoryEndpoints.authors) { call in
            let room = try await existing(call)
            let durable = try await room.settled { $0.durable }
            return try await history.authors(of: room.key, at: durable)
        }
    }

    /// The room and the version of a path that names one; only versions that are there.
    private func versioned(_ call: some CallAccess) async throws -> (RoomHandle, Int) {
        guard let sequence = call.scene.path["sequence"].flatMap({ Int($0) }), sequence >= 0 else {
            throw Self.invalid("path/sequence", "expected a whole number")
        }
        let room = try await existing(call)
        let newest = try await room.settled { $0.durable }
        guard sequence <= newest else { throw Self.noVersion(sequence, newest) }
        return (room, sequence)
    }

    private static func noVersion(_ sequence: Int, _ newest: Int) -> Problem {
        Problem(.notFound, "there is no version \(sequence) yet, the newest is \(newest)")
    }

    private static func cursor(_ call: some CallAccess) throws(Problem) -> Int? {
        guard let text = call.query(text: "cursor") else { return nil }
        guard let place = Int(text), place >= 0 else {
            throw Problem(.notFound, "query/cursor: there is no such page")
        }
        return place
    }

    private func name(_ call: Call<VersionDraft>) async throws -> Reply<DocumentVersion> {
        let key = try await writable(call)
        try await requireDocument(key, for: try caller(call))
        let author = try call.identity.userID
        let draft = call.body
        let room = try await rooms.open(key, for: try caller(call))
        let record = try await room.settled { room in
            try room.requireOpen()
            let sequence = draft.sequence ?? room.sequence
            guard sequence <= room.sequence else { throw Self.noVersion(sequence, room.sequence) }
            return (room.name(sequence, draft.name, by: author), sequence)
        }
        try await room.flushed()
        try await history.keep(record.0, of: key)
        let version = DocumentVersion.with {
            $0.sequence = record.1
            $0.at = Instant(milliseconds: record.0.at.milliseconds)
            $0.userID = author
            $0.name = draft.name
        }
        let path = call.request.head.uri.prefix { $0 != "?" }
        return .created(version, location: "\(path)/\(record.1)")
    }
}
