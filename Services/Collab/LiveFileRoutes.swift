internal import CRDTCore
internal import Contracts
internal import Credentials
internal import NIOCore
internal import ServiceKit
internal import SystemKit

/// What the session service asks and tells: the text of files that are edited live, and what has happened.
extension CollabService {
    func addLiveFiles(to routes: inout Routes) {
        routes.on(LiveFileEndpoints.read) { call in
            let (session, caller): (SessionID, _) = (try call.path("session_id"), try caller(call))
            var (answer, bytes) = (LiveFileAnswer(), 0)
            for item in call.body.items where bytes < Limits.answerBytes {
                let key = RoomKey(session: session, document: item.document)
                let file = try await file(key, known: item.known) {
                    try await rooms.open(key, for: caller).settled { $0.file }
                }
                bytes += file.text?.utf8.count ?? 0
                answer.items.append(file)
            }
            return answer
        }
        routes.on(LiveFileEndpoints.write) { call in
            let draft = call.body
            let room = try await rooms.open(try key(call), for: try caller(call))
            try await room.settled { room in
                try room.requireOpen()
                if call.header("If-Match") != nil { try call.checkIfMatch(room.contentTag) }
                try room.write(draft.text, by: draft.userID)
            }
            return try await room.settled { $0.file }
        }
        routes.on(LiveFileEndpoints.notice) { call in
            try await heed(call.body)
            return Nothing()
        }
    }

    /// The file, read by `body` if it is news.
    private func file(
        _ key: RoomKey, known: Int, _ body: () async throws -> LiveFile
    ) async throws -> LiveFile {
        guard let sequence = try await rooms.sequence(of: key) else { return LiveFile() }
        guard sequence != known else {
            return .with {
                $0.isLive = true
                $0.sequence = sequence
            }
        }
        return try await body()
    }

    /// Does what has to be done at once for something that has happened in a session.
    private func heed(_ notice: LiveNotice) async throws {
        let session = notice.sessionID
        switch notice.kind {
        case .membersChanged:
            members.forget(session)
            for room in await rooms.all where room.key.session == session { try await recheck(room) }
        case .sessionEnded:
            members.forget(session)
            for room in await rooms.all where room.key.session == session {
                try await room.on { $0.endWriting("the session has ended; it can be read") }
            }
        case .sessionDeleted:
            members.forget(session)
            try await rooms.remove(session, nil, because: "the session was deleted")
        case .fileDeleted:
            guard let document = notice.document else { return }
            try await rooms.remove(session, document, because: "the file was deleted")
        }
    }
}

extension Room {
    /// The text as the session service sees it.
    fileprivate var file: LiveFile {
        let text = text()
        return .with {
            $0.isLive = true
            $0.sequence = text.sequence
            $0.text = text.text
            $0.userID = lastAuthor == .zero ? nil : lastAuthor
        }
    }

    /// The SHA-256 of the text: the ETag of the session's file.
    fileprivate var contentTag: EntityTag {
        let bytes = document.existingRoot(Array("content".utf8).span).map { document.text($0) } ?? []
        return EntityTag(SHA256.hash(bytes).hex)
    }

    /// Sends out who might write; they may come back and read.
    fileprivate func endWriting(_ reason: String) {
        for guest in guests.values where guest.mayWrite {
            guest.role = .viewer
            guest.deny(.forbidden, reason)
        }
    }
}
