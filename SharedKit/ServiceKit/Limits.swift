/// Bounds of every HTTP conversation, with their units and reasons.
enum Limits {
    /// Bytes of a request's or response's header block; design: API, limits.
    static let headerBytes = 16 << 10
    /// Header fields of one request; a browser behind two proxies sends about 30.
    static let headerFields = 100
    /// Bytes of a request target; RFC 9112 3 asks for at least 8000.
    static let targetBytes = 8 << 10
    /// Connections of one service at once; beyond it the newest is refused.
    static let connections = 4096
    /// Seconds between the first byte of a request and the end of its header block.
    static let headerSeconds: Int64 = 10
    /// Seconds that a kept-alive connection may wait for its next request.
    static let idleSeconds: Int64 = 75
    /// Seconds in which a buffered body has to be there.
    static let bodySeconds: Int64 = 30
    /// Seconds between two pieces of a streamed body.
    static let pieceSeconds: Int64 = 60
    /// Seconds that an answer's task has to react after its deadline has cancelled it.
    static let lateAnswerSeconds: Int64 = 5
    /// Seconds that a connection we gave up may still send before it is cut.
    static let lingerSeconds: Int64 = 1
    /// Bytes of a body stream that may wait for their reader before we stop reading the socket.
    static let streamBytes = 256 << 10
    /// Seconds in which requests in flight have to end after SIGTERM.
    static let drainSeconds: Int64 = 20
    /// Milliseconds between two comments that keep an event stream alive through proxies.
    static let heartbeatMilliseconds = 15_000
    /// Connections that a client keeps to one peer.
    static let peerConnections = 256
    /// Calls that may wait for a connection to one peer.
    static let waitingCalls = 1024
    /// Seconds after which an unused connection to a peer is closed; below `idleSeconds`, so that we close
    /// first.
    static let peerIdleSeconds: Int64 = 30
    /// Bytes of an answer that is read as one piece.
    static let answerBytes = 32 << 20
    /// Bytes of one server-sent event.
    static let eventBytes = 4 << 20
    /// Seconds without progress of the cooperative pool before the watchdog ends the process.
    static let hangSeconds: Int64 = 5
    /// Seconds of silence after which a WebSocket is pinged; after twice as many the peer is gone.
    static let pingSeconds: Int64 = 30
    /// Seconds that a peer has to agree to the end of a WebSocket.
    static let closeSeconds: Int64 = 3
    /// Bytes that may wait for a slow reader of a WebSocket before it is cut.
    static let socketBacklogBytes = 8 << 20
    /// Bytes waiting for a slow reader from which on it should get nothing more.
    static let socketCongestedBytes = 1 << 20
    /// Bytes waiting for a slow reader below which it has caught up.
    static let socketRelievedBytes = 256 << 10
    /// Seconds between two looks at the idle WebSockets of an event loop.
    static let webSocketTickSeconds: Int64 = 5
    /// Milliseconds between two tries to follow what is revoked, when the auth service was away.
    static let revocationRetryMilliseconds = 500
    /// What an answer that nobody reads to its end may still bring, in bytes and time, before its connection
    /// is closed instead of being used again.
    static let unwantedBytes = 64 * 1024
    static let unwantedMilliseconds: Int64 = 50
    /// How long the first in a queue may wait before its service counts as degraded, milliseconds; a run is
    /// given up after minutes, people ask themselves what is wrong after seconds.
    static let queueMilliseconds = 5000
    /// Free bytes of the disk below which the fleet is degraded: what four databases and their logs take in
    /// an hour of heavy use, so that somebody can do something in time.
    static let roomBytes = 64 << 20
}
