internal import Contracts
internal import NIOHTTP1
internal import ServiceKit
internal import SystemKit

extension SessionService {
    func addSessionRoutes(to routes: inout Routes) {
        routes.reply(to: SessionEndpoints.create) { call in
            try await once(call) {
                try await create(call, $0)
            } replay: { answer in
                Reply(
                    try Session.decode(Array((answer.body ?? "{}").utf8), unknownFields: .skip),
                    status: answer.status, headers: ["Location": answer.location ?? ""])
            }
        }
        routes.reply(to: SessionEndpoints.list) { call in
            let state: SessionState = try call.query("state") ?? .active
            let slice = try await sessions.sessions(
                of: call.identity.userID, state, behind: try Cursor.key(of: call), limit: try call.pageLimit()
            )
            return slice.page(of: call) { $0.id.text }
        }
        routes.reply(to: SessionEndpoints.get) { call in
            let user = try call.identity.userID
            return try await sessions.room(call.path("session_id"), for: user).reply(to: user)
        }
        addSessionChanges(to: &routes)
    }

    private func addSessionChanges(to routes: inout Routes) {
        routes.reply(to: SessionEndpoints.patch) { call in
            let command = RoomCommand.change(call.body, ifMatch: call.header("If-Match"))
            let user = try call.identity.userID
            return try await sessions.perform(command, in: call.path("session_id"), by: user).room.reply(
                to: user)
        }
        routes.on(SessionEndpoints.delete) { call in
            let command = RoomCommand.delete(ifMatch: call.header("If-Match"))
            try await sessions.perform(command, in: call.path("session_id"), by: call.identity.userID)
            return Nothing()
        }
        routes.reply(to: SessionEndpoints.end) { call in
            let user = try call.identity.userID
            return try await onceForSession(call) { ticket in
                let id: SessionID = try call.path("session_id")
                _ = try await sessions.room(id, for: user)
                try await live.refresh(id)
                return try await sessions.perform(.end, in: id, by: user) { database, outcome in
                    try ticket?.store(outcome.room.answer(to: user, status: 200), in: database)
                }.room
            }
        }
    }

    /// Answers a POST once for its key: fresh work, or what was answered before.
    func once<Request: Wire, Response: Wire>(
        _ call: Call<Request>, fresh: (Idempotency.Ticket?) async throws -> Reply<Response>,
        replay: (StoredAnswer) async throws -> Reply<Response>
    ) async throws -> Reply<Response> {
        switch try await idempotency.admit(call) {
        case .fresh(let ticket):
            defer { idempotency.finish(ticket) }
            return try await fresh(ticket)
        case .replay(let answer):
            let reply = try await replay(answer)
            var headers = reply.headers
            headers.replaceOrAdd(name: "Idempotent-Replayed", value: "true")
            return Reply(reply.value, status: reply.status, headers: headers)
        }
    }

    /// The same for a POST that answers the session it changed.
    func onceForSession<Request: Wire>(
        _ call: Call<Request>, _ fresh: (Idempotency.Ticket?) async throws -> Room
    ) async throws -> Reply<Session> {
        let user = try call.identity.userID
        return try await once(call) {
            try await fresh($0).reply(to: user)
        } replay: { answer in
            Reply(try Session.decode(Array((answer.body ?? "{}").utf8), unknownFields: .skip))
        }
    }

    private func create(
        _ call: Call<SessionDraft>, _ ticket: Idempotency.Ticket?
    ) async throws -> Reply<Session> {
        let identity = try call.identity
        let now = sessions.clock.now().instant
        let owner = Member.with {
            $0.userID = identity.userID
            $0.name = identity.name
            $0.role = .owner
            $0.joinedAt = now
        }
        let contents = try call.body.files.map { try content(of: $0, by: identity.userID) }
        let room = try await sessions.create(call.body, by: owner, contents: contents) { database, room in
            try ticket?.store(room.answer(to: owner.userID, status: 201), in: database)
        }.room
        let location = "/v1/sessions/\(room.id.text)"
        return .created(room.seen(by: owner.userID), location: location, tag: EntityTag("\(room.version)"))
    }

    /// A file that comes in, as an entry and its bytes.
    /// - Throws: `Refusal.senseless` for base64 that is none.
    func content(
        of file: SourceFile, by user: UserID
    ) throws(Refusal) -> (entry: FileEntry, bytes: [UInt8]) {
        let bytes = try FileContent.bytes(file.content, file.encoding)
        let now = sessions.clock.now().instant
        let entry = FileEntry.with {
            $0.path = file.path
            $0.digest = FileContent.digest(bytes)
            $0.bytes = bytes.count
            $0.encoding = file.encoding
            $0.updatedAt = now
            $0.updatedBy = user
        }
        return (entry, bytes)
    }
}

extension Room {
    /// The session as an answer, with its version as the ETag.
    fileprivate func reply(to user: UserID) -> Reply<Session> {
        Reply(seen(by: user), headers: ["ETag": EntityTag("\(version)").description])
    }

    /// The answer as it is stored for repeated requests.
    func answer(to user: UserID, status: Int) -> StoredAnswer {
        StoredAnswer(status: status, location: "/v1/sessions/\(id.text)", body: seen(by: user).json)
    }
}
