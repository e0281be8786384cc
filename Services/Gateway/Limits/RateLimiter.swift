private import SystemKit

/// What the limiter says to one request.
package struct RateVerdict: Sendable, Equatable {
    /// Whether it may go on.
    package let isAdmitted: Bool
    /// Requests that may follow at once.
    package let remaining: Int
    /// Seconds until the whole quota is free again.
    package let resetSeconds: Int
    /// Milliseconds after which one more may come; 0 when admitted.
    package let retryMilliseconds: Int
}

/// The generic cell rate algorithm: one number per client, the instant at which its bucket would be empty.
///
/// Bounded by two generations: when the young one is full it becomes the old one; forgetting a client
/// forgives it.
package final class RateLimiter: Sendable {
    private struct State {
        var young: [String: UInt64] = [:]
        var old: [String: UInt64] = [:]
    }

    /// The quota of each client.
    package let quota: RateQuota
    private let capacity: Int
    private let state = Locked(State())

    /// A limiter that knows at most `capacity` clients.
    package init(_ quota: RateQuota, capacity: Int? = nil) {
        self.quota = quota
        self.capacity = capacity ?? Limits.knownClients
    }

    /// Counts a request of `client` at `now`, in nanoseconds of a clock that never goes back.
    package func take(_ client: String, now: UInt64) -> RateVerdict {
        state.withLock { state in
            let empty = max(state.young[client] ?? state.old[client] ?? 0, now)
            let next = empty + quota.interval
            guard next - now <= quota.window else {
                return verdict(empty - now, isAdmitted: false, wait: next - now - quota.window)
            }
            if state.young.count >= capacity / 2, state.young[client] == nil {
                state.old = state.young
                state.young.removeAll(keepingCapacity: true)
            }
            state.young[client] = next
            return verdict(next - now, isAdmitted: true, wait: 0)
        }
    }

    /// How many clients are known.
    package var count: Int { state.withLock { $0.young.count + $0.old.count } }

    private func verdict(_ used: UInt64, isAdmitted: Bool, wait: UInt64) -> RateVerdict {
        RateVerdict(
            isAdmitted: isAdmitted,
            remaining: Int((quota.window - min(used, quota.window)) / quota.interval),
            resetSeconds: Int((used + 999_999_999) / 1_000_000_000),
            retryMilliseconds: Int((wait + 999_999) / 1_000_000)
        )
    }
}
