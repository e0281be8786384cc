internal import Contracts
internal import Credentials
internal import GRDB
internal import SystemKit

/// Makes invitations and knows them by their tokens.
///
/// A token is made from the invitation's name with the fleet's key, so that a repeated request gets the
/// same one though only its hash is stored.
struct InvitationDesk: Sendable {
    let sessions: SessionLedger
    private let code: HMAC

    init(sessions: SessionLedger, key: Secret) {
        self.sessions = sessions
        code = HMAC(key: key.derived(for: "codecollab invitation v1").bytes)
    }

    /// Makes an invitation; the answer carries its token.
    /// - Throws: `Refusal`.
    func make(
        _ draft: InvitationDraft, in id: SessionID, by user: UserID, _ ticket: Idempotency.Ticket?
    ) async throws -> Invitation {
        let now = sessions.clock.now()
        let invitation = Invitation.with {
            $0.id = InvitationID(milliseconds: now.milliseconds, random: randomBytes(10))
            $0.sessionID = id
            $0.role = draft.role
            $0.maxUses = draft.maxUses
            $0.createdBy = user
            $0.createdAt = now.instant
            $0.expiresAt = (now + .seconds(draft.lifetimeSeconds)).instant
        }
        let hash = Self.hash(token(of: invitation.id))
        try await sessions.perform(.invite(invitation), in: id, by: user) { database, _ in
            try database.run(
                "INSERT INTO invitation VALUES (?, ?, ?, ?)",
                [invitation.id.text, id.text, hash, invitation.column])
            try ticket?.store(StoredAnswer(status: 201, resource: invitation.id.text), in: database)
        }
        return withToken(invitation)
    }

    /// The invitation with its token, as only its maker sees it.
    func withToken(_ invitation: Invitation) -> Invitation {
        var invitation = invitation
        invitation.token = token(of: invitation.id)
        return invitation
    }

    /// Joins by a token.
    /// - Throws: `Refusal`.
    func accept(
        _ token: InvitationToken, by identity: Identity, _ ticket: Idempotency.Ticket?
    ) async throws -> Room {
        guard let invitation = try await sessions.invitation(withHash: Self.hash(token.text)) else {
            throw Refusal.noInvitation
        }
        let command = RoomCommand.accept(invitation.id, as: identity.name)
        let user = identity.userID
        return try await sessions.perform(command, in: invitation.sessionID, by: user) { database, outcome in
            try ticket?.store(outcome.room.answer(to: user, status: 200), in: database)
        }.room
    }

    private func token(of id: InvitationID) -> String { Base64URL.encode(code.code(id.text).bytes) }

    private static func hash(_ token: String) -> String { SHA256.hash(token).hex }
}
