internal import Contracts
internal import NIOCore
internal import ServiceKit

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
        routes.on(CollabEndpoints.updates) { call in
            let room = try await existing(call)
            let after = try call.query("after", in: 0...Int.max) ?? 0
            return room.page(after: after, limit: try call.pageLimit())
        }
        routes.on(CollabEndpoints.presence) { try await existing($0).presence }
        return routes
    }

    private func key(_ call: Call<Nothing>) throws -> RoomKey {
        RoomKey(session: try call.path("session_id"), document: try call.path("document"))
    }

    private func existing(_ call: Call<Nothing>) async throws -> Room {
        let key = try key(call)
        _ = try await members.role(of: call.identity, in: key.session, deadline: call.deadline)
        guard try await rooms.exists(key) else { throw Problem(.notFound, "there is no such document") }
        return try await rooms.room(key)
    }

    private func join(_ call: Call<Nothing>) async throws -> ServerResponse {
        let key = try key(call)
        let identity = try call.identity
        let role = try await members.role(of: identity, in: key.session, deadline: call.deadline)
        let room = try await rooms.room(key)
        return try ServerResponse.webSocket(for: call, messageLimit: Limits.messageBytes) { connection in
            guard let number = room.enter(connection, identity, role) else {
                connection.close(.tryAgainLater, "the room is full")
                return Stranger()
            }
            return Participant(room: room, number: number, connection: connection)
        }
    }
}

/// Brings a connection's messages to its room.
private final class Participant: WebSocketReceiver {
    private let room: Room
    private let number: Int
    private let connection: WebSocketConnection

    init(room: Room, number: Int, connection: WebSocketConnection) {
        self.room = room
        self.number = number
        self.connection = connection
    }

    func received(_ message: ByteBuffer) {
        do throws(ProtocolFault) {
            try room.received(Array(buffer: message), from: number)
        } catch {
            connection.close(.invalidPayload, error.detail)
        }
    }

    func closed() { room.leave(number) }
}

/// A connection that was not let in.
private final class Stranger: WebSocketReceiver {
    func received(_ message: ByteBuffer) {}
    func closed() {}
}
