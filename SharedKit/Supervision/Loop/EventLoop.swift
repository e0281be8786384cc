private import Glibc
package import SystemKit

/// One thread that waits for descriptors and times: everything a supervisor does happens on it, one thing at
/// a time.
///
/// Not concurrent on purpose: children are tied to the thread that started them (prctl(2), PR_SET_PDEATHSIG).
package final class EventLoop {
    /// Names a timer.
    package struct Timer: Hashable, Sendable {
        fileprivate let number: Int
    }

    private var readers: [CInt: () -> Void] = [:]
    private var timers: [Timer: (due: Duration, action: () -> Void)] = [:]
    private var lastTimer = 0
    private var isDone = false

    /// A loop with nothing to do.
    package init() {}

    /// The time since some fixed instant.
    package var now: Duration { .nanoseconds(Int64(monotonicNanoseconds())) }

    /// Calls `handler` whenever the descriptor can be read or has ended.
    package func watch(_ descriptor: CInt, _ handler: @escaping () -> Void) { readers[descriptor] = handler }

    /// Forgets the descriptor; call it before closing.
    package func forget(_ descriptor: CInt) { readers[descriptor] = nil }

    /// Calls `action` once, after the pause.
    @discardableResult
    package func after(_ pause: Duration, _ action: @escaping () -> Void) -> Timer {
        lastTimer += 1
        timers[Timer(number: lastTimer)] = (now + pause, action)
        return Timer(number: lastTimer)
    }

    /// Forgets the timer; one that has fired already is no error.
    package func cancel(_ timer: Timer?) {
        if let timer { timers[timer] = nil }
    }

    /// Ends `run` after the current handler.
    package func finish() { isDone = true }

    /// Waits and calls until `finish`.
    package func run() throws(SystemFailure) {
        while !isDone {
            var requests = readers.keys.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let pause = timers.values.map(\.due).min().map { max(.zero, $0 - now) }
            let milliseconds = pause.map { CInt(clamping: $0.wholeMilliseconds + 1) } ?? -1
            try check("poll") { poll(&requests, nfds_t(requests.count), milliseconds) }
            for request in requests where request.revents != 0 { readers[request.fd]?() }
            fireDueTimers()
        }
    }

    private func fireDueTimers() {
        let now = now
        let due = timers.filter { $0.value.due <= now }.sorted { $0.value.due < $1.value.due }
        for (timer, entry) in due where timers.removeValue(forKey: timer) != nil { entry.action() }
    }
}
