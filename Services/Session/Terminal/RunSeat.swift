internal import Contracts
internal import Messaging
internal import NIOCore
internal import ServiceKit
internal import SystemKit

/// One client at the terminal of a session's run: sees its output from the start, which the session keeps,
/// and types if its role allows that. Any number of people sit at the same terminal.
final class RunSeat: Sendable {
    /// What a client says, in order.
    enum Input: Sendable {
        case typed([UInt8])
        case command(TerminalCommand)
        case nonsense(Problem)
    }

    private struct State {
        /// Bytes of output before the next.
        var position = 0
        var waitingBytes = 0
        var isPaused = false
        var misunderstandings = 0
    }

    let run: Run
    let session: SessionID
    let user: Identity
    private let service: SessionService
    private let connection: WebSocketConnection
    /// Bytes of output that the client has.
    private let after: Int
    private let state = Locked(State())
    private let inputs: AsyncStream<Input>
    private let input: AsyncStream<Input>.Continuation
    private let hasRoom = Doorbell()

    init(
        _ run: Run, in session: SessionID, for user: Identity, _ connection: WebSocketConnection,
        after: Int, _ service: SessionService
    ) {
        (self.run, self.session, self.user) = (run, session, user)
        (self.connection, self.after, self.service) = (connection, after, service)
        (inputs, input) = AsyncStream.makeStream()
    }

    /// Serves the client until it goes or the run has ended.
    func serve() async {
        send(.opened, at: after) {
            $0.truncatedBytes = 0
            $0.state = run.state.isFinal ? .finished : run.executionID == nil ? .queued : .running
            let size = service.terminals.journal(run.id)?.run.terminal ?? run.terminal
            ($0.columns, $0.rows) = (size?.columns, size?.rows)
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.show() }
            group.addTask { for await input in self.inputs { await self.obey(input) } }
            await group.next()
            group.cancelAll()
        }
    }

    // MARK: what the run shows

    private func show() async {
        let service = service
        let follower = Follower(after: 0, bus: service.runs.bus.subscribe(to: run.id)) {
            $0.sequence
        } read: { [run] in
            try await service.runs.events(of: run, after: $0, limit: Limits.followPage)
        }
        do {
            try await follower.follow { try await self.show($0) }
        } catch is Refusal {
            connection.close(.forbidden, "no member of the session any more")
        } catch {
            connection.close(.tryAgainLater, "the run cannot be followed at the moment")
        }
    }

    /// Shows an event; false when nothing will follow.
    private func show(_ event: RunEvent) async throws -> Bool {
        switch event.kind {
        case .stdout, .stderr:
            _ = try await service.sessions.room(session, for: user.userID)
            try await show(try event.outputBytes)
        case .finished:
            let result = event.run?.execution
            send(.finished, at: state.withLock { $0.position }) {
                $0.result = result
                $0.result?.files = nil
            }
            connection.close(.normal, "the run has ended")
            return false
        default: break
        }
        return true
    }

    private func show(_ bytes: [UInt8]) async throws {
        let start = state.withLock { state in
            defer { state.position += bytes.count }
            return state.position
        }
        var rest = bytes.dropFirst(max(0, after - start))
        while !rest.isEmpty {
            let piece = rest.prefix(Limits.terminalMessageBytes)
            let position = start + bytes.count - rest.count
            let head = withUnsafeBytes(of: UInt64(position).bigEndian) { Array($0) }
            connection.send(WebSocketFrame.binary(head + piece))
            rest = rest.dropFirst(piece.count)
            while connection.isCongested {
                try Task.checkCancellation()
                await hasRoom.wait(atMost: .seconds(1))
            }
        }
    }

    private func send(
        _ kind: TerminalEvent.Kind, at position: Int, _ fill: (inout TerminalEvent.Details) -> Void
    ) {
        var event = TerminalEvent()
        event.kind = kind
        event.sequence = position
        event.at = service.runs.clock.now().instant
        fill(&event.details)
        connection.send(WebSocketFrame.text(event.encode()))
    }

    // MARK: what the client says

    private func obey(_ input: Input) async {
        defer { took(input) }
        do {
            if case .nonsense(let problem) = input { throw problem }
            try await checkRight()
            switch input {
            case .typed(let bytes): try await type(bytes)
            case .command(let command): try await obey(command)
            case .nonsense: break
            }
        } catch is CancellationError {
            return
        } catch {
            complain(error)
        }
    }

    /// Who may edit may type, and who has asked for the run.
    private func checkRight() async throws {
        guard user.may(.run) else { throw Problem(.insufficientScope, "to type needs the scope run") }
        let deed: Deed = run.requestedBy == user.userID ? .run : .edit
        _ = try await service.sessions.room(session, for: user.userID, deed)
    }

    private func obey(_ command: TerminalCommand) async throws {
        let details = command.details ?? TerminalCommand.Details()
        switch command.kind {
        case .resize:
            guard let columns = details.columns else { throw Problem.missing("columns") }
            guard let rows = details.rows else { throw Problem.missing("rows") }
            try await resize(.with { ($0.columns, $0.rows) = (columns, rows) })
        case .signal:
            guard let signal = details.signal else { throw Problem.missing("signal") }
            guard let key = signal.key else {
                throw Problem.refusal("/data/signal", .notAllowed, "only SIGINT, SIGQUIT and SIGTSTP")
            }
            try await type([key])
        case .eof: try await type([4])
        case .ack: break
        }
    }

    private func type(_ bytes: [UInt8]) async throws {
        guard let (id, errand) = try await program() else { return }
        try await patience.call { try await service.peers.type(bytes, into: id, errand) }
    }

    /// The newest size counts for everybody, and is part of what the session keeps.
    private func resize(_ size: ScreenSize) async throws {
        guard let (id, errand) = try await program(), let journal = service.terminals.journal(run.id),
            journal.run.terminal != size
        else { return }
        try await patience.call { try await service.peers.resize(size, of: id, errand) }
        journal.note(.resize) {
            $0.size = size
        } changing: {
            $0.terminal = size
        }
    }

    /// The program, once it has started; nil when it is over.
    private func program() async throws -> (ExecutionID, Errand)? {
        while let row = try await service.runs.row(run.id), !row.record.state.isFinal {
            if let id = service.terminals.journal(run.id)?.run.executionID {
                return (id, Errand(for: row.spec.identity, until: patience.deadline))
            }
            try await Task.sleep(for: Limits.firstRetry)
        }
        return nil
    }

    private var patience: Patience {
        let clock = service.runs.clock
        return Patience(deadline: clock.now() + Limits.patience, clock: clock)
    }

    fileprivate func complain(_ error: any Error) {
        let count = state.withLock { state in
            state.misunderstandings += 1
            return state.misunderstandings
        }
        guard count <= Limits.misunderstandings else { return }
        let problem = error as? Problem ?? (error as? any ProblemConvertible)?.problem
        send(.error, at: state.withLock { $0.position }) {
            $0.problem = problem ?? Problem(.unavailable, "the program cannot be reached at the moment")
        }
    }
}

extension RunSeat {
    // MARK: on the connection's event loop

    /// Takes what a client says; more than a bound of it stops the connection.
    func put(_ said: Input) {
        let mustPause = state.withLock { state in
            state.waitingBytes += said.bytes
            guard state.waitingBytes > Limits.typedBytes, !state.isPaused else { return false }
            state.isPaused = true
            return true
        }
        if mustPause { connection.takeMore(false) }
        input.yield(said)
    }

    private func took(_ said: Input) {
        let mayGoOn = state.withLock { state in
            state.waitingBytes -= said.bytes
            guard state.isPaused, state.waitingBytes <= Limits.typedBytes / 2 else { return false }
            state.isPaused = false
            return true
        }
        if mayGoOn { connection.takeMore(true) }
    }

    /// The connection takes more.
    func caughtUp() { hasRoom.ring() }

    /// The client has gone.
    func leave() {
        input.finish()
        hasRoom.ring()
    }
}

/// Brings what a client says to its seat; lives on the connection's event loop.
final class RunSeatClient: WebSocketReceiver {
    private let seat: RunSeat

    init(_ seat: RunSeat) { self.seat = seat }

    func received(_ message: [UInt8], isText: Bool) {
        guard isText else { return seat.put(.typed(message)) }
        do throws(WireFaults) {
            seat.put(.command(try TerminalCommand.decode(message)))
        } catch {
            seat.put(.nonsense(Problem(error)))
        }
    }

    func credentialEnded(_ reason: String) { seat.complain(Problem(.unauthenticated, reason)) }
    func caughtUp() { seat.caughtUp() }
    func closed() { seat.leave() }
}

extension RunSeat.Input {
    /// About what it takes to keep, bytes.
    fileprivate var bytes: Int { if case .typed(let bytes) = self { bytes.count + 64 } else { 256 } }
}

extension TerminalSignal {
    /// The key that sends it.
    fileprivate var key: UInt8? {
        switch self {
        case .interrupt: 3
        case .quit: 28
        case .stop: 26
        default: nil
        }
    }
}

extension RunEvent {
    /// For output: the bytes.
    fileprivate var outputBytes: [UInt8] {
        get throws(WireFault) {
            try SourceFile.with { file in
                file.content = content ?? ""
                file.encoding = encoding ?? .utf8
            }.bytes()
        }
    }
}

extension Problem {
    fileprivate static func missing(_ name: String) -> Problem {
        .refusal("/data/\(name)", .missingField, "\(name) is missing")
    }
}
