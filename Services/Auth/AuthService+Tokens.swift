package import Contracts
internal import Credentials
internal import GRDB
internal import Storage
internal import SystemKit

extension AuthService {
    /// Makes a personal token; only signed-in users may, so that a leaked token cannot make more of itself.
    /// - Throws: `AuthRefusal`; the store's errors.
    package func makeToken(
        _ draft: PersonalTokenDraft,
        for caller: Identity,
        from origin: Origin
    ) async throws -> PersonalTokenGrant {
        guard caller.kind == .user, caller.signInID != nil else { throw AuthRefusal.notForThisCaller }
        let token = PersonalToken.make()
        let record = TokenRecord(
            info: Self.info(draft, token, origin.now),
            userID: caller.userID,
            digest: token.digest
        )
        let audit = audit
        try await store.write { database in
            guard let owner = try AccountRecord.find(caller.userID, database) else {
                throw AuthRefusal.notFound("account")
            }
            if let tooWide = draft.scopes.first(where: { !owner.scopes.contains($0) }) {
                throw AuthRefusal.scopeTooWide(tooWide)
            }
            guard try TokenRecord.all(of: owner.id, database).count < Limits.tokensPerAccount else {
                throw AuthRefusal.tooManyTokens
            }
            try record.insert(database)
            try audit.append(.tokenMade, of: owner.id, from: origin, record.info.id.text, in: database)
        }
        return .with {
            $0.token = token.text
            $0.info = record.info
        }
    }

    private static func info(
        _ draft: PersonalTokenDraft,
        _ token: PersonalToken,
        _ now: Timestamp
    ) -> PersonalTokenInfo {
        .with {
            $0.id = PersonalTokenID(milliseconds: now.milliseconds, random: randomBytes(10))
            $0.name = draft.name
            $0.hint = token.hint
            $0.scopes = Scope.allCases.filter(draft.scopes.contains)
            $0.createdAt = Instant(milliseconds: now.milliseconds)
            $0.expiresAt = Instant(milliseconds: now.milliseconds + Int64(draft.lifetimeDays) * 86_400_000)
        }
    }

    /// The caller's personal tokens, newest first.
    package func tokens(of caller: Identity) async throws -> PersonalTokenList {
        let records = try await store.read { try TokenRecord.all(of: caller.userID, $0) }
        return PersonalTokenList(items: records.map(\.info))
    }

    /// Revokes a personal token of the caller.
    /// - Throws: `AuthRefusal.notFound`; the store's errors.
    package func revokeToken(_ id: PersonalTokenID, of caller: Identity, from origin: Origin) async throws {
        let (audit, revocations) = (audit, revocations)
        let place: Int? = try await store.write { database in
            guard try TokenRecord.delete(id, of: caller.userID, database) else { return nil }
            try audit.append(.tokenRevoked, of: caller.userID, from: origin, id.text, in: database)
            return try revocations.append(token: id, now: origin.now, database)
        }
        guard let place else { throw AuthRefusal.notFound("personal token") }
        revocations.published(place)
    }
}
