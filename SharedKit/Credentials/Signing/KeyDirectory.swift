package import Contracts
package import SystemKit

/// The public keys that access tokens may be signed with, as fetched from the auth service.
package final class KeyDirectory: Sendable {
    private struct State {
        var keys: [String: VerificationKey]
        var lastRefetch: Timestamp?
    }

    private let state: Locked<State>

    /// A directory of known keys.
    package init(_ keys: [VerificationKey] = []) {
        state = Locked(State(keys: Self.table(keys)))
    }

    /// The key of that name, or nil: a token naming an unknown key is refused, no other key is tried.
    package func key(named keyID: String) -> VerificationKey? { state.withLock { $0.keys[keyID] } }

    /// Whether there is any key at all.
    package var isEmpty: Bool { state.withLock { $0.keys.isEmpty } }

    /// Takes over what the auth service publishes; keys that are not ours to use are left out, keys that
    /// are no longer published are forgotten.
    package func replace(with published: JSONWebKeySet) {
        let keys = Self.table(published.keys.compactMap(VerificationKey.init))
        state.withLock { $0.keys = keys }
    }

    /// Whether an unknown key is a reason to fetch again: once in 30 s, however many tokens name unknown
    /// keys.
    package func mayRefetch(now: Timestamp) -> Bool {
        state.withLock { state in
            if let last = state.lastRefetch, now < last + Limits.keyRefetchInterval, now >= last {
                return false
            }
            state.lastRefetch = now
            return true
        }
    }

    private static func table(_ keys: [VerificationKey]) -> [String: VerificationKey] {
        Dictionary(keys.map { ($0.keyID, $0) }) { first, _ in first }
    }
}
