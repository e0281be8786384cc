internal import Contracts
internal import Sandbox
internal import ServiceKit
internal import SystemKit

/// What is known of one terminal; pure but for the continuations of those who wait.
struct TerminalState: Sendable {
    /// Who sits at the terminal.
    struct Client: Sendable {
        let number: Int
        let connection: WebSocketConnection
        /// Where its screen is, once everything sent has arrived.
        var sent: Int
        var acknowledged: Int
        /// How far it may be behind; nil when only its connection counts.
        let window: Int?
        /// A turn of its event loop is on its way.
        var isDue = false
        var isReadingPaused = false
        var misunderstandings = 0
    }

    /// One turn of sending.
    struct Turn: Sendable {
        let connection: WebSocketConnection
        var messages: [(position: Int, bytes: [UInt8])] = []
        var isMoreWaiting = false
        /// Everything was sent, and this is the end.
        var ending: (position: Int, result: ExecutionResult)?
    }

    var shown = ReplayBuffer(capacity: Limits.replayBytes)
    var size: TerminalSize
    var client: Client?
    /// Where the screen of the last client was when it left.
    var lastSent = 0
    var clients = 0
    var typed: [UInt8] = []
    var typedTotal = 0
    var run: SandboxRun?
    var result: ExecutionResult?
    var lastActivity = monotonicNanoseconds()
    /// Nobody holds the program up any more, because it is to end.
    var isReleased = false
    var wasIdle = false
    /// The program's output waits for room.
    var shower: CheckedContinuation<Void, Never>?
    /// The program's input waits for somebody to type.
    var reader: CheckedContinuation<[UInt8]?, Never>?

    init(_ size: TerminalSize) { self.size = size }

    /// Whether a program may go on writing: its output is not far ahead of the screen.
    var hasRoom: Bool { isReleased || shown.end - (client?.sent ?? lastSent) < Limits.aheadBytes }

    /// The waiter to wake up if there is room now.
    mutating func takeShower() -> CheckedContinuation<Void, Never>? { hasRoom ? shower.take() : nil }

    /// What the client `number` gets next.
    mutating func takeTurn(_ number: Int) -> Turn? {
        guard var client, client.number == number else { return nil }
        defer { self.client = client }
        client.isDue = false
        client.sent = max(client.sent, shown.start)
        var turn = Turn(connection: client.connection)
        var budget = Limits.terminalTurnBytes
        while client.sent < shown.end, budget > 0, !client.connection.isCongested {
            let allowed = client.window.map { $0 - (client.sent - client.acknowledged) } ?? .max
            guard allowed > 0 else { return turn }
            let bytes = shown.slice(from: client.sent, limit: min(allowed, Limits.terminalMessageBytes))
            turn.messages.append((client.sent, bytes))
            client.sent += bytes.count
            budget -= bytes.count
        }
        turn.isMoreWaiting = client.sent < shown.end && !client.connection.isCongested
        if turn.isMoreWaiting { client.isDue = true }
        if client.sent == shown.end, let result { turn.ending = (shown.end, result) }
        return turn
    }
}
