private import Contracts
private import Glibc
package import SystemKit

/// Writes log lines from a thread of its own: a slow reader of the logs never holds a request up.
package final class LogWriter: Sendable {
    private let descriptor: CInt
    private let service: String
    private let wakeUp: WakeUp
    private let state = Locked(State())
    private let thread = Locked<DedicatedThread?>(nil)

    private struct State {
        var pending: [UInt8] = []
        var dropped = 0
        var announced = 0
        var isStopping = false
        /// The thread looks for more before it sleeps.
        var isAwake = true
    }

    /// Starts the thread; lines go to `descriptor`, which stays open.
    /// - Throws: `SystemFailure` when the machine has no descriptor or thread left.
    package init(descriptor: CInt, service: String) throws(SystemFailure) {
        self.descriptor = descriptor
        self.service = service
        wakeUp = try WakeUp()
        let started = try DedicatedThread(named: "log-writer") { [self] in work() }
        thread.withLock { $0 = started }
    }

    /// Records that found no place in the queue, or no reader.
    package var droppedRecords: Int { state.withLock { $0.dropped } }

    /// Queues one line, which ends with a line feed; drops it when `Limits.pendingLogBytes` wait already.
    package func append(_ line: [UInt8]) {
        let shouldWake = state.withLock { state in
            if state.pending.count + line.count > Limits.pendingLogBytes {
                state.dropped += 1
                return false
            }
            state.pending += line
            defer { state.isAwake = true }
            return !state.isAwake
        }
        if shouldWake { wakeUp.signal() }
    }

    /// Writes what waits and ends the thread; later lines are written by the caller at once.
    package func stop() {
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let running else { return drain() }
        state.withLock { $0.isStopping = true }
        wakeUp.signal()
        running.join()
        drain()
    }

    private func work() {
        while true {
            let isStopping = state.withLock { $0.isStopping }
            drain()
            if isStopping { return }
            if !wakeUp.wait(atMost: Limits.logLinger) && mayRest() { _ = wakeUp.wait() }
        }
    }

    /// Whether nothing waits; then the next line wakes the thread up.
    private func mayRest() -> Bool {
        state.withLock { state in
            state.isAwake = !state.pending.isEmpty || state.isStopping
            return !state.isAwake
        }
    }

    private func drain() {
        while true {
            let (batch, dropped) = state.withLock { state in
                let batch = state.pending
                let dropped = state.dropped - state.announced
                state.pending = []
                state.announced = state.dropped
                return (batch, dropped)
            }
            if batch.isEmpty && dropped == 0 { return }
            write(batch)
            if dropped > 0 { write(notice(of: dropped)) }
        }
    }

    private func notice(of dropped: Int) -> [UInt8] {
        let record = LogRecord(
            at: WallClock.system.now(),
            level: "warning",
            service: service,
            message: "log records dropped",
            fields: [("records", .text("\(dropped)"))]
        )
        return record.line
    }

    private func write(_ bytes: [UInt8]) {
        var start = 0
        while start < bytes.count {
            let written = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + start, bytes.count - start)
            }
            if written > 0 {
                start += written
            } else if errno == EAGAIN {
                var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&request, 1, 1000)
            } else if errno != EINTR {
                let lost = bytes[start...].count { $0 == 0x0A }
                return state.withLock {
                    $0.dropped += lost
                    $0.announced = $0.dropped
                }
            }
        }
    }
}
