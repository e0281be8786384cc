internal import Glibc
internal import SystemKit

/// Signals a run from any thread; knows when somebody asked for its end.
final class RunControl: Sendable {
    private struct State {
        var isCancelled = false
        var hasExecuted = false
        /// Signals for a program that has not executed yet.
        var early: [CInt] = []
    }

    /// Signals kept for a program that has not executed yet; more would say nothing new.
    private static let earlySignals = 8

    private let cell: Cell
    private let state = Locked(State())

    init(_ cell: Cell) { self.cell = cell }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }
    var hasExecuted: Bool { state.withLock { $0.hasExecuted } }

    /// The program has executed.
    func started() {
        let early = state.withLock { state in
            defer { state.early.removeAll() }
            state.hasExecuted = true
            return state.early
        }
        for number in early { cell.signal(number) }
    }

    /// Ends the run because somebody wants that.
    func cancel() {
        state.withLock { $0.isCancelled = true }
        kill()
    }

    /// Kills the program; init reports what it used and takes the rest with it.
    func kill() { cell.signal(SIGKILL) }

    /// Ends init, and with it everything in its namespace.
    func killAll() { cell.signal(0) }

    /// Signals the program; one that has not executed yet gets the signal as soon as it has.
    func signal(_ number: CInt) {
        let mayGo = state.withLock { state in
            if !state.hasExecuted, state.early.count < Self.earlySignals { state.early.append(number) }
            return state.hasExecuted
        }
        if mayGo { cell.signal(number) }
    }
}
