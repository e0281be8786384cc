internal import Messaging
internal import SystemKit

/// The waits between calls of a service that is away: growing, at least half of it fixed so that nobody calls
/// hot, the other half random so that a crowd does not call in step.
struct Pause: Sendable {
    private let backoff = Backoff(first: Limits.firstRetry, longest: Limits.longestRetry)
    private var attempt = 0

    /// How long to wait now.
    mutating func next() -> Duration {
        attempt += 1
        let half = backoff.ceiling(afterAttempt: attempt) / 2
        return half + .milliseconds(Int64.random(in: 0...half.wholeMilliseconds))
    }
}
