internal import Contracts
internal import NIOCore
internal import ServiceKit
internal import SystemKit

/// One connection as its room knows it; used on the room's event loop only.
final class Guest {
    /// A reader that does not keep up: it gets nothing until it has, then one difference.
    struct Lag {
        /// What the reader will have once everything sent has arrived.
        let vector: [UInt8]
        /// The last update that is still sent to it.
        let after: Int
        let since: NIODeadline
    }

    let number: Int
    let connection: WebSocketConnection
    let identity: Identity
    var role: Role
    let since: Timestamp
    var lag: Lag?
    var updates: TokenBucket
    var awareness = TokenBucket(perSecond: Limits.awarenessPerSecond)
    /// When it was last sent something of its own.
    var lastWord = NIODeadline.now()

    init(
        _ number: Int, _ connection: WebSocketConnection, _ identity: Identity, _ role: Role,
        since: Timestamp, updatesPerSecond: Int
    ) {
        self.number = number
        self.connection = connection
        self.identity = identity
        self.role = role
        self.since = since
        updates = TokenBucket(perSecond: updatesPerSecond)
    }

    var mayWrite: Bool { role.mayWrite }

    func send(_ message: RoomMessage) {
        lastWord = .now()
        connection.send(WebSocketFrame.binary(message.bytes))
    }

    /// Says no in the protocol's own words, then ends the connection.
    func deny(_ code: WebSocketCloseCode, _ reason: String) {
        send(.denied(reason))
        connection.close(code, reason)
    }
}

extension Role {
    /// Whether a member may change documents.
    var mayWrite: Bool { self == .owner || self == .editor }
}
