package import SystemKit

/// A clock that stands still until the test moves it.
package final class FrozenClock: Sendable {
    private let time: Locked<Timestamp>

    /// Stands at an instant, 2026-11-23T10:00:00Z unless told.
    package init(at instant: Timestamp = Timestamp(milliseconds: 1_795_428_000_000)) {
        time = Locked(instant)
    }

    /// The clock to hand to what is tested.
    package var clock: WallClock { WallClock { [time] in time.snapshot } }

    /// The instant it shows.
    package var now: Timestamp { time.snapshot }

    /// Moves the clock on.
    package func advance(by duration: Duration) {
        time.withLock { $0 = $0 + duration }
    }
}
