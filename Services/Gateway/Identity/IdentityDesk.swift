package import Contracts
package import Credentials
package import Logging
package import SystemKit

/// Finds out who is calling, mostly without asking anybody: tokens are verified here and verdicts remembered.
package final class IdentityDesk: Sendable {
    private let verifier: AccessTokenVerifier
    private let authority: any TokenAuthority
    private let cache = TokenCache()
    private let revoked = RevocationList()
    private let clock: WallClock
    private let logger: Logger

    /// A desk that knows no keys yet; `watch` gets them.
    package init(
        authority: any TokenAuthority,
        realm: TokenRealm = .default,
        clock: WallClock = .system,
        logger: Logger
    ) {
        verifier = AccessTokenVerifier(keys: KeyDirectory(), realm: realm)
        self.authority = authority
        self.clock = clock
        self.logger = logger
    }

    /// Whom a credential speaks for.
    /// - Throws: `Problem` (`unauthenticated`), or that the auth service is needed and away.
    package func identity(for credential: Credential) async throws -> Identity {
        let now = clock.now()
        switch credential {
        case .accessToken(let token, _):
            let key = TokenCache.key(token)
            if let known = cache.verdict(on: key, now: now) { return try checked(known) }
            return try checked(try await verify(token, key, now))
        case .personalToken(let token):
            guard PersonalToken(token) != nil else { throw Self.refusal }
            let key = TokenCache.key(token)
            if let known = cache.verdict(on: key, now: now) { return try checked(known) }
            return try checked(try await introspect(token, key, now))
        }
    }

    private static let refusal = Problem(
        .unauthenticated, "the token is not valid (any more): sign in or refresh it (POST /v1/auth/refresh)")

    private func checked(_ verdict: TokenVerdict) throws(Problem) -> Identity {
        guard case .accepted(let identity) = verdict, !revoked.covers(identity) else { throw Self.refusal }
        return identity
    }

    private func verify(_ token: String, _ key: Digest, _ now: Timestamp) async throws -> TokenVerdict {
        do throws(TokenRefusal) {
            return try accept(token, key, now)
        } catch {
            guard error == .unknownKey, verifier.keys.mayRefetch(now: now) else {
                // Without any key nobody knows whether the token is good: our trouble, not the client's.
                if verifier.keys.isEmpty, error == .unknownKey { throw Self.noKeys }
                cache.refuse(key, now: now)
                return .refused
            }
        }
        verifier.keys.replace(with: try await authority.publishedKeys())
        do throws(TokenRefusal) {
            return try accept(token, key, now)
        } catch {
            cache.refuse(key, now: now)
            return .refused
        }
    }

    private static let noKeys = Problem(
        .unavailable,
        "identities cannot be checked at the moment",
        retryAfter: 1000
    )

    private func accept(_ token: String, _ key: Digest, _ now: Timestamp) throws(TokenRefusal) -> TokenVerdict
    {
        let claims = try verifier.verify(token, now: now)
        var identity = claims.identity
        identity.issuedAtMilliseconds = Int(claims.issuedAtSeconds) * 1000
        identity.credentialExpiresAtMilliseconds = Int(claims.expiresAtSeconds) * 1000
        cache.accept(identity, for: key, until: Timestamp(milliseconds: claims.expiresAtSeconds * 1000))
        return .accepted(identity)
    }

    private func introspect(_ token: String, _ key: Digest, _ now: Timestamp) async throws -> TokenVerdict {
        let answer = try await authority.introspect(token)
        guard answer.isActive, var identity = answer.identity else {
            cache.refuse(key, now: now)
            return .refused
        }
        // The auth service has looked just now: only what happens later can revoke it.
        identity.issuedAtMilliseconds = Int(now.milliseconds)
        let longest = now.milliseconds + Limits.introspectionSeconds * 1000
        let until = min(answer.validUntilMilliseconds.map(Int64.init) ?? longest, longest)
        cache.accept(identity, for: key, until: Timestamp(milliseconds: until))
        return .accepted(identity)
    }

    /// Keeps keys and revocations current until cancelled.
    package func watch() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.watchKeys() }
            group.addTask { await self.watchRevocations() }
        }
    }

    private func watchKeys() async {
        while !Task.isCancelled {
            await ignoring("without the auth service the keys we have go on; the next look comes soon") {
                verifier.keys.replace(with: try await authority.publishedKeys())
            }
            await pause(verifier.keys.isEmpty ? Limits.keyRetryInterval : Limits.keyInterval)
        }
    }

    private func watchRevocations() async {
        let place = Locked(0)
        while !Task.isCancelled {
            await ignoring("what is revoked meanwhile is told when the auth service is back") {
                try await authority.followRevocations(after: place.snapshot) { feed in
                    place.withLock { $0 = feed.next }
                    if !feed.items.isEmpty { apply(feed.items) }
                }
            }
            await pause(Limits.revocationRetryInterval)
        }
    }

    private func apply(_ revocations: [Revocation]) {
        revoked.add(revocations, heardAt: clock.now().milliseconds)
        cache.forget { revoked.covers($0) }
        logger.info("revocations applied", metadata: ["count": "\(revocations.count)"])
    }

    /// Whether any key is known, without which no access token can be checked.
    package var hasKeys: Bool { !verifier.keys.isEmpty }

    private func pause(_ duration: Duration) async {
        await ignoring("cancellation ends the pause early") { try await Task.sleep(for: duration) }
    }
}
