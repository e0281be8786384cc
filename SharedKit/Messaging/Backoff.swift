private import SystemKit

/// How long to wait before the next attempt: exponential, capped, with full jitter.
package struct Backoff: Sendable {
    /// The upper end of the first wait.
    package let first: Duration
    /// The upper end of every later wait.
    package let longest: Duration

    /// Waits between zero and `first`, doubling up to `longest`.
    package init(first: Duration, longest: Duration) {
        precondition(first > .zero && first <= longest, "waits grow")
        self.first = first
        self.longest = longest
    }

    /// The upper end of the wait after the given attempt, counted from 1.
    package func ceiling(afterAttempt attempt: Int) -> Duration {
        precondition(attempt >= 1, "attempts count from 1")
        let doubled = first * (1 << min(attempt - 1, 30))
        return min(doubled, longest)
    }

    /// A random wait after the given attempt: anything up to the ceiling, so that retries never march in
    /// step.
    package func wait(
        afterAttempt attempt: Int, using random: inout some RandomNumberGenerator
    ) -> Duration {
        let ceiling = ceiling(afterAttempt: attempt).wholeMilliseconds
        return .milliseconds(Int64.random(in: 0...ceiling, using: &random))
    }
}
