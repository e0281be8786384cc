private import CKernel
private import Glibc

/// A counter in the kernel on which a dedicated thread sleeps until someone signals (eventfd(2)).
package final class WakeUp: Sendable {
    private let descriptor: FD

    /// A wake-up with no signal pending.
    ///
    /// With `oneByOne`, each signal wakes one waiter; otherwise one waiter takes all pending signals.
    /// - Throws: `SystemFailure` when no descriptor is left.
    package init(oneByOne: Bool = false) throws(SystemFailure) {
        descriptor = FD(owning: try check("eventfd") { ck_eventfd(oneByOne ? 1 : 0) })
    }

    /// Wakes a waiter now, or the next one that comes.
    package func signal() {
        var one: UInt64 = 1
        let written = write(descriptor.number, &one, MemoryLayout<UInt64>.size)
        precondition(written == MemoryLayout<UInt64>.size || errno == EAGAIN, "an eventfd takes a signal")
    }

    /// Blocks the calling thread until a signal comes or the time is over; says whether a signal came.
    package func wait(atMost limit: Duration? = nil) -> Bool {
        let deadline = limit.map { monotonicNanoseconds() + UInt64(max(0, $0.wholeMilliseconds)) * 1_000_000 }
        while true {
            var milliseconds: CInt = -1
            if let deadline {
                let now = monotonicNanoseconds()
                milliseconds = now >= deadline ? 0 : CInt(clamping: (deadline - now + 999_999) / 1_000_000)
            }
            var request = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
            if poll(&request, 1, milliseconds) > 0, take() { return true }
            if milliseconds == 0 { return false }
        }
    }

    private func take() -> Bool {
        var count: UInt64 = 0
        return read(descriptor.number, &count, MemoryLayout<UInt64>.size) == MemoryLayout<UInt64>.size
    }
}
