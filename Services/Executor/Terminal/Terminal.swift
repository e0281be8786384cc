internal import Contracts
internal import NIOCore
internal import Sandbox
internal import ServiceKit
internal import SystemKit

/// Between a program's terminal and whoever sits at it: one client at a time, the newest.
///
/// Output is remembered by its position, so that a client that lost its connection goes on where it was. A
/// program whose output nobody takes is held up by its own terminal; so is a client whose input nobody reads
/// by its connection. What waits in between is bounded.
final class Terminal: Sendable {
    private let clock: WallClock
    private let idle: Duration
    private let state: Locked<TerminalState>

    init(_ request: TerminalRequest, clock: WallClock) {
        self.clock = clock
        idle = .milliseconds(request.idleMilliseconds)
        state = Locked(TerminalState(TerminalSize(columns: request.columns, rows: request.rows)))
    }

    /// Bytes of output so far.
    var end: Int { state.withLock { $0.shown.end } }
    /// About what it costs to keep, bytes.
    var keptBytes: Int { state.withLock { $0.shown.count } }
    /// Whether nobody typed and nothing was shown for too long.
    var wasIdle: Bool { state.withLock { $0.wasIdle } }

    /// The last of what was shown.
    var captured: Contracts.CapturedOutput {
        let (bytes, total) = state.withLock { state in
            let position = max(state.shown.start, state.shown.end - Limits.terminalResultBytes)
            return (state.shown.slice(from: position, limit: .max), state.shown.end)
        }
        return .with {
            ($0.content, $0.encoding) = EncodedBytes.encode(bytes)
            $0.totalBytes = total
            $0.isTruncated = bytes.count < total
        }
    }

    // MARK: the program's side

    func started(_ run: SandboxRun) {
        let size = state.withLock { state in
            state.run = run
            state.lastActivity = monotonicNanoseconds()
            return state.size
        }
        run.resize(size)
    }

    /// Shows output.
    func note(_ bytes: [UInt8]) {
        state.withLock { state in
            state.shown.append(bytes)
            state.lastActivity = monotonicNanoseconds()
        }
        sendSoon()
    }

    /// Shows output; returns when there is room for more.
    func show(_ bytes: [UInt8]) async {
        note(bytes)
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let hasRoom = state.withLock { state in
                    if state.hasRoom || Task.isCancelled { return true }
                    state.shower = waiter
                    return false
                }
                if hasRoom { waiter.resume() }
            }
        } onCancel: {
            release()
        }
    }

    /// What was typed since the last call; waits until there is something, nil at the end.
    func nextTyped() async -> [UInt8]? {
        let typed: [UInt8]? = await withCheckedContinuation { reader in
            let (ready, isReady): ([UInt8]?, Bool) = state.withLock { state in
                if state.isReleased { return (nil, true) }
                if state.typed.isEmpty {
                    state.reader = reader
                    return (nil, false)
                }
                defer { state.typed = [] }
                return (state.typed, true)
            }
            if isReady { reader.resume(returning: ready) }
        }
        takeMore()
        return typed
    }

    /// Returns when nobody typed and nothing was shown for as long as that may be, or at the end.
    func waitUntilIdle() async throws {
        while true {
            let (last, isOver) = state.withLock { ($0.lastActivity, $0.result != nil) }
            if isOver { return }
            let left = idle - .nanoseconds(monotonicNanoseconds() - last)
            if left <= .zero { return state.withLock { $0.wasIdle = true } }
            try await Task.sleep(for: left)
        }
    }

    /// The program has ended; what it wrote before and nobody has taken yet is remembered, all of it.
    func ended() {
        state.withLock { $0.shown.capacity = Limits.endedReplayBytes }
        release()
    }

    /// The program is to end: nobody holds it up any more, and nobody types.
    func release() {
        let (shower, reader) = state.withLock { state in
            state.isReleased = true
            return (state.shower.take(), state.reader.take())
        }
        shower?.resume()
        reader?.resume(returning: nil)
    }

    /// It is over.
    func finish(_ result: ExecutionResult) {
        release()
        state.withLock { state in
            state.result = result
            state.run = nil
        }
        sendSoon()
    }
}

extension Terminal {
    // MARK: the client's side

    /// Somebody sits down, and whoever sat there has to go. On the connection's event loop.
    /// - Parameter position: bytes of output that the client has.
    func attach(
        _ connection: WebSocketConnection, after position: Int, window: Int?, _ standing: ExecutionState
    ) -> TerminalClient {
        let (number, former, hello) = state.withLock { state in
            let from = max(position, state.shown.start)
            let former = state.client?.connection
            state.clients += 1
            state.client = TerminalState.Client(
                number: state.clients, connection: connection, sent: from, acknowledged: from, window: window)
            let hello = event(.opened, from) {
                $0.state = standing
                $0.truncatedBytes = from - position
                $0.inputBytes = state.typedTotal
                ($0.columns, $0.rows) = (state.size.columns, state.size.rows)
            }
            return (state.clients, former, hello)
        }
        former?.close(.takenOver, "another client sits at the terminal now")
        connection.send(WebSocketFrame.text(hello.encode()))
        sendSoon()
        return TerminalClient(self, number)
    }

    private func event(
        _ kind: TerminalEvent.Kind, _ position: Int, _ fill: (inout TerminalEvent.Details) -> Void
    ) -> TerminalEvent {
        var event = TerminalEvent()
        event.kind = kind
        event.sequence = position
        event.at = Instant(milliseconds: clock.now().milliseconds)
        fill(&event.details)
        return event
    }

    /// The client has room, or there is something for it.
    func sendSoon() {
        let due: (Int, WebSocketConnection)? = state.withLock { state in
            guard let client = state.client, !client.isDue else { return nil }
            state.client?.isDue = true
            return (client.number, client.connection)
        }
        guard let (number, connection) = due else { return }
        connection.eventLoop.execute { self.send(number) }
    }

    /// One turn; the next one sees what the connection could not take of this one.
    private func send(_ number: Int) {
        let (turn, shower) = state.withLock { ($0.takeTurn(number), $0.takeShower()) }
        shower?.resume()
        guard let turn else { return }
        for (position, bytes) in turn.messages {
            let head = withUnsafeBytes(of: UInt64(position).bigEndian) { Array($0) }
            turn.connection.send(WebSocketFrame.binary(head + bytes))
        }
        if turn.isMoreWaiting { turn.connection.eventLoop.execute { self.send(number) } }
        guard let (position, result) = turn.ending else { return }
        let last = event(.finished, position) {
            $0.result = result
            $0.result?.files = nil
        }
        leave(number)
        turn.connection.send(WebSocketFrame.text(last.encode()))
        turn.connection.close(.normal, "the program has ended")
    }

    /// Bytes were typed.
    func type(_ bytes: [UInt8], _ number: Int) {
        let (reader, paused): (CheckedContinuation<[UInt8]?, Never>?, WebSocketConnection?) =
            state.withLock { state in
                guard state.client?.number == number, !state.isReleased else { return (nil, nil) }
                state.typedTotal += bytes.count
                state.lastActivity = monotonicNanoseconds()
                if let reader = state.reader.take() { return (reader, nil) }
                state.typed += bytes
                guard state.typed.count > Limits.typedBytes else { return (nil, nil) }
                state.client?.isReadingPaused = true
                return (nil, state.client?.connection)
            }
        reader?.resume(returning: bytes)
        paused?.takeMore(false)
    }

    /// Bytes were typed by who does not sit here.
    /// - Throws: `Problem` when the program has ended, or reads nothing and much is waiting.
    func type(apart bytes: [UInt8]) throws(Problem) {
        let (reader, refusal): (CheckedContinuation<[UInt8]?, Never>?, Problem?) = state.withLock { state in
            if state.isReleased { return (nil, Problem(.conflict, "the program reads no more")) }
            if !state.typed.isEmpty, state.typed.count + bytes.count > Limits.typedBytes {
                return (nil, Problem(.overloaded, "the program does not read", retryAfter: 200))
            }
            state.typedTotal += bytes.count
            state.lastActivity = monotonicNanoseconds()
            if let reader = state.reader.take() { return (reader, nil) }
            state.typed += bytes
            return (nil, nil)
        }
        if let refusal { throw refusal }
        reader?.resume(returning: bytes)
    }

    private func takeMore() {
        let paused: WebSocketConnection? = state.withLock { state in
            guard let client = state.client, client.isReadingPaused else { return nil }
            state.client?.isReadingPaused = false
            return client.connection
        }
        paused?.takeMore(true)
    }

    /// Does what a client says.
    /// - Throws: `Problem` naming field and rule.
    func obey(_ command: TerminalCommand, _ number: Int) throws(Problem) {
        let details = command.details ?? TerminalCommand.Details()
        switch command.kind {
        case .resize: resize(try details.size)
        case .signal:
            guard let signal = details.signal else { throw .missing("signal") }
            state.withLock { $0.run }?.signal(SandboxTranslation.number(of: signal))
        case .eof: type(TerminalState.endOfInput, number)
        case .ack:
            guard let sequence = details.sequence else { throw .missing("seq") }
            try acknowledge(sequence, number)
        }
    }

    /// The screen has another size.
    func resize(_ size: TerminalSize) {
        let run = state.withLock { state in
            state.size = size
            return state.run
        }
        run?.resize(size)
    }

    private func acknowledge(_ position: Int, _ number: Int) throws(Problem) {
        let isKnown = state.withLock { state in
            guard let client = state.client, client.number == number else { return true }
            guard position <= client.sent else { return false }
            state.client?.acknowledged = max(client.acknowledged, position)
            return true
        }
        guard isKnown else {
            throw .refusal("/data/seq", .outOfRange, "so much was not sent yet")
        }
        sendSoon()
    }

    /// Says what was wrong with a message; false when it was once too often.
    func complain(_ problem: Problem, _ number: Int) -> Bool {
        let (connection, count, end) = state.withLock { state in
            state.client?.misunderstandings += 1
            return (state.client?.connection, state.client?.misunderstandings ?? 0, state.client?.sent ?? 0)
        }
        guard count <= Limits.misunderstandings else { return false }
        connection?.send(WebSocketFrame.text(event(.error, end) { $0.problem = problem }.encode()))
        return true
    }

    /// A client that says nothing sensible has to go.
    func dismiss(_ number: Int) {
        let connection = state.withLock { $0.client?.number == number ? $0.client?.connection : nil }
        leave(number)
        connection?.close(.policyViolation, "too many messages that were not understood")
    }

    /// A client has gone; the program goes on, until it is far ahead.
    func leave(_ number: Int) {
        state.withLock { state in
            guard let client = state.client, client.number == number else { return }
            state.lastSent = client.sent
            state.client = nil
        }
    }
}

extension TerminalState {
    /// What a terminal's key for the end of input sends: Ctrl-D.
    static let endOfInput: [UInt8] = [4]
}

extension TerminalCommand.Details {
    fileprivate var size: TerminalSize {
        get throws(Problem) {
            guard let columns else { throw .missing("columns") }
            guard let rows else { throw .missing("rows") }
            return TerminalSize(columns: columns, rows: rows)
        }
    }
}

extension Problem {
    fileprivate static func missing(_ name: String) -> Problem {
        .refusal("/data/\(name)", .missingField, "\(name) is missing")
    }
}
