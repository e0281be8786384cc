package import Contracts
internal import Sandbox
internal import ServiceKit
internal import SystemKit

extension ExecutionRecord {
    /// Hands over every event behind `sequence`, in order, up to and with the last; waits for those to come.
    /// - Throws: what `hear` throws, or that the task was cancelled.
    package func follow(
        after sequence: Int, _ hear: @Sendable (ExecutionEvent) async throws -> Void
    ) async throws {
        var position = sequence
        while true {
            let (events, isOver) = state.withLock { state in
                (Array(state.events.dropFirst(position)), state.state == .finished)
            }
            for event in events { try await hear(event) }
            position += events.count
            if isOver { return }
            try await waitForMore(than: position)
        }
    }

    /// The execution as it stands when it is finished or `patience` is over.
    package func finished(within patience: Duration) async throws -> Execution {
        let isOver = Locked(false)
        let timer = LoopTimer(patience) {
            isOver.withLock { $0 = true }
            self.wakeWaiters()
        }
        defer { timer.cancel() }
        while let position = unfinishedPosition, !isOver.snapshot {
            try await waitForMore(than: position, unless: isOver)
        }
        return execution
    }

    /// How many events there are before the last; nil when that is there.
    private var unfinishedPosition: Int? {
        state.withLock { $0.state == .finished ? nil : $0.events.count }
    }

    /// Returns when the program runs, or has ended without.
    func waitUntilRunning() async throws {
        if lastSequence == 0 { try await waitForMore(than: 0) }
    }

    /// The number of the last event so far.
    package var lastSequence: Int { state.withLock { $0.events.count } }

    private func waitForMore(than position: Int, unless isOver: Locked<Bool>? = nil) async throws {
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isThereMore = state.withLock { state in
                    if state.events.count > position || Task.isCancelled { return true }
                    if isOver?.snapshot == true { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if isThereMore { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
        try Task.checkCancellation()
    }

    /// Writes to standard input; waits while the program does not read.
    /// - Throws: `Problem` (`conflict`) when nothing can be written.
    package func write(_ bytes: [UInt8], isLast: Bool) async throws {
        if let terminal { return try terminal.type(apart: isLast ? bytes + TerminalState.endOfInput : bytes) }
        let run = try runningProgram()
        guard case .stream = plan.spec.stdin, case .single = plan.conduct else {
            throw Problem(.conflict, "standard input was given with the request; ask for keep_stdin_open")
        }
        do {
            if !bytes.isEmpty { try await run.write(bytes) }
        } catch is SystemFailure {
            throw Problem(.conflict, "nobody reads standard input any more")
        }
        if isLast { await run.closeStdin() }
    }

    /// Signals the program.
    /// - Throws: `Problem` (`conflict`) when it does not run.
    package func signal(_ name: SignalRequest.Name) throws(Problem) {
        try signal(number: SandboxTranslation.number(of: name))
    }

    /// Signals the program.
    /// - Throws: `Problem` (`conflict`) when it does not run.
    func signal(number: Int32) throws(Problem) { try runningProgram().signal(number) }

    private func runningProgram() throws(Problem) -> SandboxRun {
        let (run, now) = state.withLock { ($0.runs.first, $0.state) }
        guard let run else { throw Problem(.conflict, "the execution is \(now.rawValue)") }
        return run
    }
}
