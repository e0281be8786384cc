internal import Contracts
internal import ServiceKit
internal import SystemKit

/// Knows what members may do, by asking the session service and remembering the answer for seconds.
final class MembershipDesk: Sendable {
    private struct Key: Hashable {
        let session: SessionID
        let user: UserID
    }

    /// A question, and after how many changes it was asked: an answer from before a change is no answer to a
    /// question after it.
    private struct Question: Hashable {
        let key: Key
        let epoch: Int
    }

    private struct State {
        var known: [Key: (role: Role, until: Timestamp)] = [:]
        var epoch = 0
    }

    private let client: FleetClient
    private let clock: WallClock
    private let state = Locked(State())
    /// However many connections of a member knock at once, the session service is asked once.
    private let questions = SingleFlight<Question, Role>()

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
        let (found, epoch) = state.withLock { ($0.known[key], $0.epoch) }
        if let found, found.until > now { return found.role }
        let question = Question(key: key, epoch: epoch)
        return try await questions.value(for: question) {
            try await self.ask(identity, question, deadline)
        }.value
    }

    /// Forgets what the members of a session may do: it has changed.
    func forget(_ session: SessionID) {
        state.withLock { state in
            state.epoch += 1
            state.known = state.known.filter { $0.key.session != session }
        }
    }

    private func ask(
        _ identity: Identity, _ question: Question, _ deadline: Timestamp
    ) async throws -> Role {
        let now = clock.now()
        var identity = identity
        // Whoever may open documents may be told their own role, whatever their token is limited to.
        if !identity.may(.sessionsRead) { identity.scopes.append(.sessionsRead) }
        let path = ["session_id": question.key.session.text]
        let options = CallOptions(as: identity, deadline: deadline, path: path)
        let found = try await client.call(SessionEndpoints.get, options)
        guard let role = found.yourRole else {
            throw Problem(.forbidden, "you are no member of this session")
        }
        let effective = found.state == .active ? role : .viewer
        remember(question, effective, until: now + .seconds(Limits.membershipSeconds), now)
        return effective
    }

    private func remember(_ question: Question, _ role: Role, until: Timestamp, _ now: Timestamp) {
        state.withLock { state in
            guard question.epoch == state.epoch else { return }
            if state.known.count >= Limits.memberships {
                state.known = state.known.filter { $0.value.until > now }
            }
            if state.known.count < Limits.memberships { state.known[question.key] = (role, until) }
        }
    }
}
