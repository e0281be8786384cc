package import Contracts
internal import Credentials
internal import GRDB
internal import Storage
internal import SystemKit

extension AuthService {
    /// What is known about a token, for the gateway.
    /// - Throws: the store's errors.
    package func introspect(_ token: String) async throws -> Introspection {
        if let personal = PersonalToken(token) { return try await introspect(personal) }
        let now = clock.now()
        let claims: AccessTokenClaims
        do throws(TokenRefusal) {
            claims = try verifier.verify(token, now: now)
        } catch {
            return Introspection()
        }
        let isLive = try await store.read { try SignInRecord.find(claims.signInID, $0) != nil }
        guard isLive else { return Introspection() }
        return .with {
            $0.isActive = true
            $0.identity = claims.identity
            $0.identity?.credentialExpiresAtMilliseconds = Int(claims.expiresAtSeconds) * 1000
            $0.validUntilMilliseconds = Int(claims.expiresAtSeconds) * 1000
        }
    }

    private func introspect(_ token: PersonalToken) async throws -> Introspection {
        let now = clock.now()
        let digest = token.digest
        let found = try await store.read { database -> (TokenRecord, AccountRecord)? in
            guard let record = try TokenRecord.find(digest, database),
                let owner = try AccountRecord.find(record.userID, database)
            else { return nil }
            return (record, owner)
        }
        guard let (record, owner) = found, now.milliseconds < record.info.expiresAt.milliseconds else {
            return Introspection()
        }
        try noteUse(of: record.info, at: now)
        return .with {
            $0.isActive = true
            $0.identity = owner.identity(signInID: nil, scopes: record.info.scopes)
            $0.identity?.personalTokenID = record.info.id
            $0.identity?.credentialExpiresAtMilliseconds = Int(record.info.expiresAt.milliseconds)
            $0.validUntilMilliseconds = Int(
                min(record.info.expiresAt.milliseconds, now.milliseconds + Limits.introspectionMilliseconds)
            )
        }
    }

    /// Nobody waits for the note to be durable.
    private func noteUse(of info: PersonalTokenInfo, at now: Timestamp) throws {
        let last = info.lastUsedAt?.milliseconds ?? 0
        guard now.milliseconds - last >= Limits.lastUseMilliseconds else { return }
        try store.submit({ try TokenRecord.noteUse(of: info.id, at: now, $0) }, settled: { _ in })
    }

    /// Tells the revocations behind a place, the present end if nil, and then each as it happens; what is
    /// told first says where the feed stands, even if it has nothing.
    /// - Throws: the store's errors, and what `hear` throws.
    package func followRevocations(
        after place: Int?, _ hear: (RevocationFeed) async throws -> Void
    ) async throws {
        // Listen first, then look: nothing falls between.
        var bell = revocations.bell().makeAsyncIterator()
        var feed = try await revocations(after: place ?? revocations.end)
        try await hear(feed)
        repeat {
            while revocations.hasMore(than: feed.next) {
                feed = try await revocations(after: feed.next)
                try await hear(feed)
            }
        } while await bell.next() != nil
    }

    /// The next revocations behind a place.
    /// - Throws: the store's errors.
    package func revocations(after place: Int) async throws -> RevocationFeed {
        let log = revocations
        var feed = RevocationFeed()
        feed.next = min(place, log.end)
        guard log.hasMore(than: place) else { return feed }
        feed.items = try await store.read { try log.after(place, $0) }
        feed.next = feed.items.last?.sequence ?? log.end
        return feed
    }

    /// What happened to the caller; administrators see everything.
    /// - Throws: the store's errors.
    package func audit(for caller: Identity, below place: Int?, limit: Int) async throws -> Page<AuditEvent> {
        let (audit, user) = (audit, caller.may(.admin) ? nil : caller.userID)
        let items = try await store.read { database in
            try audit.page(of: user, below: place ?? Int.max, limit: limit + 1, database)
        }
        let next = items.count > limit ? items[limit - 1].sequence : nil
        return Page(
            items: Array(items.prefix(limit)),
            nextCursor: next.map { Base64URL.encode("\($0)".utf8) }
        )
    }

    /// Whether the audit log is whole.
    package func verifyAudit() async throws -> AuditVerification {
        let audit = audit
        return try await store.read(within: .seconds(25)) { try audit.verify($0) }
    }

    /// Makes the next key the current one.
    /// - Throws: `SystemFailure` when the keys cannot be saved; the store's errors.
    package func rotateKeys(_ caller: Identity, from origin: Origin) async throws -> JSONWebKeySet {
        try keys.rotate(now: origin.now)
        try await note(.keysRotated, of: caller.userID, from: origin)
        return keys.published
    }

    /// Forgets what has ended: sign-ins, guests without one, old tokens and revocations, retired keys.
    /// - Throws: `SystemFailure`; the store's errors.
    package func tidy() async throws {
        let now = clock.now()
        if try keys.tidy(now: now) {
            try await note(.keysRotated, of: nil, from: Origin(address: "", client: "", now: now))
        }
        try await store.write { database in
            let instant = now.milliseconds
            try database.execute(sql: "DELETE FROM sign_in WHERE expires_ms <= ?", arguments: [instant])
            try database.execute(
                sql: """
                    DELETE FROM account WHERE kind = 'guest' AND created_ms < ?
                        AND NOT EXISTS (SELECT 1 FROM sign_in WHERE user_id = account.id)
                    """,
                arguments: [instant - Limits.guestIdleMilliseconds]
            )
            try database.execute(
                sql: "DELETE FROM personal_token WHERE expires_ms <= ?",
                arguments: [instant - Limits.idleMilliseconds]
            )
            try database.execute(
                sql: "DELETE FROM revocation WHERE at_ms <= ?",
                arguments: [instant - Limits.revocationMilliseconds]
            )
        }
    }
}
