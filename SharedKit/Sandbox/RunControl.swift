internal import CSandbox
internal import Glibc
internal import SystemKit

/// Signals a run from any thread; knows when somebody asked for its end.
final class RunControl: Sendable {
    private struct State {
        var program: SharedFD?
        var isCancelled = false
        var hasExecuted = false
        /// Signals for a program that has not executed yet.
        var early: [CInt] = []
    }

    /// Signals kept for a program that has not executed yet; more would say nothing new.
    private static let earlySignals = 8

    private let initProcess: SharedFD
    private let state: Locked<State>

    init(_ cell: Cell) {
        initProcess = cell.initProcess
        state = Locked(State(program: cell.program))
    }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }
    var hasExecuted: Bool { state.withLock { $0.hasExecuted } }

    /// The program is there but has not executed; this is its pidfd.
    func made(_ program: SharedFD) {
        let isCancelled = state.withLock { state in
            state.program = program
            return state.isCancelled
        }
        if isCancelled { kill() }
    }

    /// The program has executed.
    func started() {
        let (program, early) = state.withLock { state in
            defer { state.early.removeAll() }
            state.hasExecuted = true
            return (state.program, state.early)
        }
        guard let program else { return }
        for number in early { send(number, to: program) }
    }

    /// Ends the run because somebody wants that.
    func cancel() {
        state.withLock { $0.isCancelled = true }
        kill()
    }

    /// Kills the program; init reports what it used and takes the rest with it.
    func kill() {
        guard let program = state.withLock({ $0.program }) else { return killAll() }
        send(SIGKILL, to: program)
    }

    /// Kills init, and with it everything in its namespace.
    func killAll() {
        let number = initProcess.descriptor.number
        ignoring("what is already dead needs no killing") {
            try check("pidfd_send_signal") { csb_kill(number, SIGKILL) }
        }
    }

    /// Signals the program; one that has not executed yet gets the signal as soon as it has.
    func signal(_ number: CInt) {
        let program = state.withLock { state -> SharedFD? in
            guard state.hasExecuted else {
                if state.early.count < Self.earlySignals { state.early.append(number) }
                return nil
            }
            return state.program
        }
        if let program { send(number, to: program) }
    }

    private func send(_ number: CInt, to program: SharedFD) {
        ignoring("a program that is already dead gets no signal") {
            try check("pidfd_send_signal") { csb_kill(program.descriptor.number, number) }
        }
    }
}
