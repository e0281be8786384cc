package import Contracts
package import SystemKit

/// What was found out about a token, so that it need not be found out again.
package enum TokenVerdict: Equatable, Sendable {
    /// Good until `expiresAt`.
    case accepted(Identity)
    /// No good; remembered briefly, so that a client gone mad costs a lookup and not a signature check.
    case refused
}

/// Verdicts about tokens by the SHA-256 of the token: a hit costs one hash and one lookup.
///
/// Bounded by two generations: when the young one is full it becomes the old one, and the old one is
/// forgotten; what is used moves to the young one.
package final class TokenCache: Sendable {
    private struct Entry {
        let verdict: TokenVerdict
        let expiresAt: Int64
    }

    private struct State {
        var young: [Digest: Entry] = [:]
        var old: [Digest: Entry] = [:]
    }

    private let state = Locked(State())
    private let capacity: Int

    /// An empty cache of at most `capacity` verdicts.
    package init(capacity: Int? = nil) {
        self.capacity = capacity ?? Limits.cachedTokens
        precondition(self.capacity >= 2, "a cache has two generations")
    }

    /// The name of a token in the cache.
    package static func key(_ token: String) -> Digest { SHA256.hash(token) }

    /// What is known about a token now, or nil.
    package func verdict(on key: Digest, now: Timestamp) -> TokenVerdict? {
        state.withLock { state in
            if let entry = state.young[key] {
                return now.milliseconds < entry.expiresAt ? entry.verdict : nil
            }
            guard let entry = state.old[key], now.milliseconds < entry.expiresAt else { return nil }
            keep(entry, key, &state)
            return entry.verdict
        }
    }

    /// Remembers that a token is good until `expiresAt`.
    package func accept(_ identity: Identity, for key: Digest, until expiresAt: Timestamp) {
        let entry = Entry(verdict: .accepted(identity), expiresAt: expiresAt.milliseconds)
        state.withLock { keep(entry, key, &$0) }
    }

    /// Remembers for a few seconds that a token is no good.
    package func refuse(_ key: Digest, now: Timestamp) {
        let entry = Entry(verdict: .refused, expiresAt: now.milliseconds + Limits.refusalMilliseconds)
        state.withLock { keep(entry, key, &$0) }
    }

    /// Forgets every good token for which `isRevoked` holds; reads the whole cache, so for revocations only.
    package func forget(where isRevoked: (Identity) -> Bool) {
        state.withLock { state in
            let stays: ((key: Digest, value: Entry)) -> Bool = { item in
                guard case .accepted(let identity) = item.value.verdict else { return true }
                return !isRevoked(identity)
            }
            state.young = state.young.filter(stays)
            state.old = state.old.filter(stays)
        }
    }

    /// How many verdicts are kept.
    package var count: Int { state.withLock { $0.young.count + $0.old.count } }

    private func keep(_ entry: Entry, _ key: Digest, _ state: inout State) {
        if state.young.count >= capacity / 2 {
            state.old = state.young
            state.young.removeAll(keepingCapacity: true)
        }
        state.young[key] = entry
    }
}
