internal import Contracts
internal import NIOCore
internal import ServiceKit
internal import SystemKit

extension CollabService {
    /// Decode, ask, answer.
    var routes: Routes {
        var routes = Routes()
        routes.raw(on: CollabEndpoints.live) { try await join($0) }
        routes.on(CollabEndpoints.documents) { call in
            let session: SessionID = try call.path("session_id")
            _ = try await members.role(of: call.identity, in: session, deadline: call.deadline)
            return DocumentList(items: try await rooms.documents(of: session))
        }
        routes.on(CollabEndpoints.presence) { call in
            try await existing(call).on { $0.presence }
        }
        addLog(to: &routes)
        addTexts(to: &routes)
        addHistory(to: &routes)
        addLiveFiles(to: &routes)
        return routes
    }

    func key(_ call: some CallAccess) throws -> RoomKey {
        RoomKey(session: try call.path("session_id"), document: try call.path("document"))
    }

    func caller(_ call: some CallAccess) throws -> Caller {
        Caller(identity: try call.identity, deadline: call.scene.deadline)
    }

    /// The key of a document that the caller may see.
    func visible(_ call: some CallAccess) async throws -> RoomKey {
        let key = try key(call)
        _ = try await members.role(of: call.identity, in: key.session, deadline: call.scene.deadline)
        return key
    }

    /// The key of a document that the caller may change.
    func writable(_ call: some CallAccess) async throws -> RoomKey {
        let key = try key(call)
        let role = try await members.role(of: call.identity, in: key.session, deadline: call.scene.deadline)
        guard role.mayWrite else { throw Problem(.forbidden, "your role may not change documents") }
        return key
    }

    /// The room of a document that is there: written to, or a file of the session.
    func existing(_ call: some CallAccess) async throws -> RoomHandle {
        let key = try await visible(call)
        let caller = try caller(call)
        try await requireDocument(key, for: caller)
        return try await rooms.room(key, for: caller)
    }

    /// - Throws: `Problem` (`not_found`) unless the document was written to or is a file of the session.
    func requireDocument(_ key: RoomKey, for caller: Caller) async throws {
        if try await rooms.exists(key) { return }
        guard try await rooms.hasFile(key, for: caller) else {
            let detail = "there is no document \(key.document.text): the session has no such file, and nobody"
            throw Problem(.notFound, "\(detail) has written to it; a PUT of its text makes it")
        }
    }

    private func join(_ call: Call<Nothing>) async throws -> ServerResponse {
        let key = try key(call)
        let identity = try call.identity
        let role = try await members.role(of: identity, in: key.session, deadline: call.deadline)
        let room = try await rooms.open(key, for: try caller(call))
        let bytes = role.mayWrite ? Limits.syncBytes : Limits.messageBytes
        return try ServerResponse.webSocket(for: call, WebSocketLimits(messageBytes: bytes)) { connection in
            let participant = Participant(room: room, connection: connection)
            participant.enter(identity, role)
            return participant
        }
    }
}

/// Brings a connection's messages to its room; lives on the connection's event loop.
private final class Participant: WebSocketReceiver {
    private let room: RoomHandle
    private let connection: WebSocketConnection
    /// The guest's number; set and read on the room's event loop, before and behind everything it says.
    private let seat = Locked<Int?>(nil)

    init(room: RoomHandle, connection: WebSocketConnection) {
        self.room = room
        self.connection = connection
    }

    func enter(_ identity: Identity, _ role: Role) {
        let (seat, connection) = (seat, connection)
        room.execute { room in
            guard let guest = room.enter(connection, identity, role) else {
                return connection.close(.tryAgainLater, "the room is full or just closing")
            }
            seat.withLock { $0 = guest.number }
        }
    }

    func received(_ message: [UInt8], isText: Bool) {
        let (seat, connection) = (seat, connection)
        room.execute { room in
            guard let number = seat.snapshot else { return }
            do throws(ProtocolFault) {
                try room.received(message, from: number)
            } catch {
                room.leave(number)
                connection.close(error.code, error.detail)
            }
        }
    }

    func fellBehind() {
        let seat = seat
        room.execute { room in
            if let number = seat.snapshot { room.fellBehind(number) }
        }
    }

    func caughtUp() {
        let seat = seat
        room.execute { room in
            if let number = seat.snapshot { room.caughtUp(number) }
        }
    }

    func credentialEnded(_ reason: String) {
        connection.send(WebSocketFrame.binary(RoomMessage.denied(reason).bytes))
    }

    func closed() {
        let seat = seat
        room.execute { room in
            if let number = seat.snapshot { room.leave(number) }
        }
    }
}
