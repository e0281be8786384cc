package import Contracts
private import SystemKit

/// What is no longer good although its signature and its times still are.
package final class RevocationList: Sendable {
    private struct State {
        var signIns = Recent<SignInID>()
        var tokens = Recent<PersonalTokenID>()
        var users = Recent<UserID>()
    }

    private let state = Locked(State())

    /// Nothing is revoked yet.
    package init() {}

    /// Takes revocations over, heard at an instant in milliseconds since the Unix epoch; the oldest are
    /// forgotten beyond `Limits.revocations`.
    package func add(_ revocations: [Revocation], heardAt now: Int64) {
        state.withLock { state in
            for revocation in revocations {
                if let id = revocation.signInID { state.signIns.note(id, at: now) }
                if let id = revocation.personalTokenID { state.tokens.note(id, at: now) }
                if let id = revocation.userID { state.users.note(id, at: now) }
            }
        }
    }

    /// Whether an identity, issued when it says, is no longer good.
    ///
    /// Tokens know their second of issue only: one of the very second of a revocation is believed, since it
    /// may be the first of a new sign-in.
    package func covers(_ identity: Identity) -> Bool {
        state.withLock { state in
            if let signIn = identity.signInID, state.signIns[signIn] != nil { return true }
            if let token = identity.personalTokenID, state.tokens[token] != nil { return true }
            guard let revokedAt = state.users[identity.userID] else { return false }
            return Int64(identity.issuedAtMilliseconds) + 999 < revokedAt
        }
    }
}

/// When each of the newest names was heard, in milliseconds since the Unix epoch.
private struct Recent<Name: Hashable & Sendable>: Sendable {
    private var times: [Name: Int64] = [:]
    private var order: [Name] = []

    subscript(name: Name) -> Int64? { times[name] }

    mutating func note(_ name: Name, at now: Int64) {
        if times.updateValue(now, forKey: name) == nil { order.append(name) }
        guard order.count > Limits.revocations else { return }
        // Many at once: what is left moves up.
        let surplus = order.count - Limits.revocations / 10 * 9
        for old in order.prefix(surplus) { times[old] = nil }
        order.removeFirst(surplus)
    }
}
