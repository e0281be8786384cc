private import Glibc

/// Milliseconds since 1970-01-01T00:00:00Z, the house's wall-clock instant.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since the Unix epoch.
    package let milliseconds: Int64

    /// An instant by its distance from the Unix epoch.
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Earlier before later.
    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// The instant `duration` later; whole milliseconds count.
    package static func + (instant: Self, duration: Duration) -> Self {
        Timestamp(milliseconds: instant.milliseconds + duration.wholeMilliseconds)
    }
}

/// Where the time comes from; tests pass a frozen one.
package struct WallClock: Sendable {
    /// The instant now.
    package let now: @Sendable () -> Timestamp

    /// A clock that answers what `now` answers.
    package init(now: @escaping @Sendable () -> Timestamp) { self.now = now }

    /// The machine's real-time clock.
    package static let system = WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

/// Nanoseconds of the machine's monotonic clock: for distances, never for dates.
package func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Nanoseconds for which the calling thread has had a processor: what work costs, however busy the machine.
package func threadNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

extension Duration {
    /// The duration in whole milliseconds, rounded towards zero.
    package var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// The duration in seconds, as metrics want it.
    package var fractionalSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
