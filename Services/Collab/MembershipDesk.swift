internal import Contracts
internal import ServiceKit
internal import SystemKit

/// Knows what members may do, by asking the session service and remembering the answer for seconds.
final class MembershipDesk: Sendable {
    private struct Key: Hashable {
        let session: SessionID
        let user: UserID
    }

    private let client: FleetClient
    private let clock: WallClock
    private let known = Locked([Key: (role: Role, until: Timestamp)]())
    /// However many connections of a member knock at once, the session service is asked once.
    private let questions = SingleFlight<Key, Role>()

    init(client: FleetClient, clock: WallClock) {
        self.client = client
        self.clock = clock
    }

    /// What the caller may do in a session; in one that has ended, only look.
    /// - Throws: the session service's `Problem` for strangers and unknown sessions, `PeerFailure` when it is
    ///   away.
    func role(of identity: Identity, in session: SessionID, deadline: Timestamp) async throws -> Role {
        let key = Key(session: session, user: identity.userID)
        let now = clock.now()
        if let found = known.snapshot[key], found.until > now { return found.role }
        return try await questions.value(for: key) { try await self.ask(identity, key, deadline) }.value
    }

    private func ask(_ identity: Identity, _ key: Key, _ deadline: Timestamp) async throws -> Role {
        let now = clock.now()
        var identity = identity
        // Whoever may open documents may be told their own role, whatever their token is limited to.
        if !identity.may(.sessionsRead) { identity.scopes.append(.sessionsRead) }
        let options = CallOptions(as: identity, deadline: deadline, path: ["session_id": key.session.text])
        let found = try await client.call(SessionEndpoints.get, options)
        guard let role = found.yourRole else {
            throw Problem(.forbidden, "you are no member of this session")
        }
        let effective = found.state == .active ? role : .viewer
        remember(key, effective, until: now + .seconds(Limits.membershipSeconds), now)
        return effective
    }

    private func remember(_ key: Key, _ role: Role, until: Timestamp, _ now: Timestamp) {
        known.withLock { known in
            if known.count >= Limits.memberships { known = known.filter { $0.value.until > now } }
            if known.count < Limits.memberships { known[key] = (role, until) }
        }
    }
}
