package import Contracts
private import SystemKit

/// What is no longer good although its signature and its times still are.
package final class RevocationList: Sendable {
    private struct State {
        var signIns: Set<SignInID> = []
        var order: [SignInID] = []
        var users: [UserID: Int64] = [:]
    }

    private let state = Locked(State())

    /// Nothing is revoked yet.
    package init() {}

    /// Takes revocations over, heard at an instant in milliseconds since the Unix epoch; the oldest sign-ins
    /// are forgotten beyond `Limits.revocations`.
    package func add(_ revocations: [Revocation], heardAt now: Int64) {
        state.withLock { state in
            for revocation in revocations {
                if let id = revocation.signInID, state.signIns.insert(id).inserted { state.order.append(id) }
                if let id = revocation.userID { state.users[id] = now }
            }
            let surplus = state.order.count - Limits.revocations
            if surplus > 0 {
                for id in state.order.prefix(surplus) { state.signIns.remove(id) }
                state.order.removeFirst(surplus)
            }
        }
    }

    /// Whether an identity, issued when it says, is no longer good.
    ///
    /// Tokens know their second of issue only: one of the very second of a revocation is believed, since it
    /// may be the first of a new sign-in.
    package func covers(_ identity: Identity) -> Bool {
        state.withLock { state in
            if let signIn = identity.signInID, state.signIns.contains(signIn) { return true }
            guard let revokedAt = state.users[identity.userID] else { return false }
            return Int64(identity.issuedAtMilliseconds) + 999 < revokedAt
        }
    }
}
