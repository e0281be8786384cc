internal import CSandbox
internal import Glibc
internal import SystemKit

/// Signals a run from any thread; knows when somebody asked for its end.
final class RunControl: Sendable {
    private struct State {
        var program: SharedFD?
        var isCancelled = false
    }

    private let initProcess: SharedFD
    private let state = Locked(State())

    init(initProcess: SharedFD) { self.initProcess = initProcess }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// The program has executed; this is its pidfd.
    func started(_ program: SharedFD) {
        let isCancelled = state.withLock { state in
            state.program = program
            return state.isCancelled
        }
        if isCancelled { kill() }
    }

    /// Ends the run because somebody wants that.
    func cancel() {
        state.withLock { $0.isCancelled = true }
        kill()
    }

    /// Kills the program; init reports what it used and takes the rest with it.
    func kill() {
        if !signal(SIGKILL) { killAll() }
    }

    /// Kills init, and with it everything in its namespace.
    func killAll() {
        let number = initProcess.descriptor.number
        ignoring("what is already dead needs no killing") {
            try check("pidfd_send_signal") { csb_kill(number, SIGKILL) }
        }
    }

    /// Signals the program; false when there is none yet.
    @discardableResult
    func signal(_ number: CInt) -> Bool {
        guard let program = state.withLock({ $0.program }) else { return false }
        ignoring("a program that is already dead gets no signal") {
            try check("pidfd_send_signal") { csb_kill(program.descriptor.number, number) }
        }
        return true
    }
}
