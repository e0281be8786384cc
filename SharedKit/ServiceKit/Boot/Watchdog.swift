private import Glibc
private import Synchronization
package import SystemKit

/// Ends the process when its cooperative pool hangs: two tasks that spin stop a two-core service for ever,
/// and no task can notice that. A crash is noticed by the supervisor, which starts the service again.
package final class Watchdog: Sendable {
    private let beats = Atomic<UInt64>(0)

    /// Watches nothing yet.
    package init() {}

    /// Watches from a thread of its own, for the life of the process.
    /// - Throws: `SystemFailure` when the thread cannot start.
    package func start() throws(SystemFailure) {
        _ = try DedicatedThread(named: "watchdog") { self.watch() }
    }

    /// Shows that the pool and the event loops are alive; runs until cancelled.
    package func beat() async throws {
        while true {
            await LoopExecutor.visitAll()
            beats.add(1, ordering: .relaxed)
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    private func watch() {
        var known = beats.load(ordering: .relaxed)
        var silentSteps: Int64 = 0
        // Steps are counted, not time: a process that was stopped and continued has missed no step.
        while silentSteps < Limits.hangSeconds * 4 {
            usleep(250_000)
            let seen = beats.load(ordering: .relaxed)
            silentSteps = seen == known ? silentSteps + 1 : 0
            known = seen
        }
        let message =
            "watchdog: the cooperative pool made no progress for \(Limits.hangSeconds) s; aborting\n"
        ignoring("the process ends either way") { try FD(owning: dup(2)).write(Array(message.utf8)) }
        abort()
    }
}
