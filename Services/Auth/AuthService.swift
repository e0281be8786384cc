internal import Contracts
package import Credentials
package import Storage
package import SystemKit

/// Accounts, guests, sign-ins, personal tokens, keys and the audit log: what the auth service knows.
///
/// Start reading here. Decisions are pure (`Policy`), records are rows (`Records`), every change is one
/// transaction together with its audit entry; secrets that prove tokens are outside the database (`Keys`).
package final class AuthService: Sendable {
    /// What an operator may choose.
    package struct Settings: Sendable {
        /// Whether guests may join.
        package var allowsGuests = true
        /// Issuer and audience of access tokens.
        package var realm = TokenRealm.default
        /// Makes the first administrator; nil when there is one.
        package var bootstrapToken: Secret?

        /// A newcomer's choices.
        package init() {}
    }

    let store: Store
    let lane: PasswordLane
    let keys: KeyRing
    let settings: Settings
    let clock: WallClock
    let audit: AuditLog
    let revocations = RevocationLog()
    let attempts = Locked(AttemptGuard())
    let joins = Locked(JoinGate())
    let mint: RefreshToken.Mint
    let devices: DeviceTokens
    let verifier: AccessTokenVerifier
    /// What a password is checked against when there is no account: unknown logins take as long as known
    /// ones.
    let nobody: PasswordHash
    private let issuer: AccessTokenIssuer
    private let tokenNames: HMAC

    /// A service over its store, hashing lane and keys; hashes one password.
    /// - Throws: `PasswordFailure`; the store's errors.
    package init(
        store: Store,
        lane: PasswordLane,
        keys: KeyRing,
        settings: Settings,
        clock: WallClock
    ) async throws {
        self.store = store
        self.lane = lane
        self.keys = keys
        self.settings = settings
        self.clock = clock
        audit = AuditLog(key: keys.secret(for: "codecollab audit v1"))
        mint = RefreshToken.Mint(key: keys.secret(for: "refresh"))
        devices = DeviceTokens(key: keys.secret(for: "devices"))
        tokenNames = HMAC(key: keys.secret(for: "token names").bytes)
        issuer = AccessTokenIssuer(realm: settings.realm, lifetime: .seconds(Limits.accessTokenSeconds))
        verifier = AccessTokenVerifier(keys: keys.directory, realm: settings.realm)
        nobody = try await lane.hash(.random())
        let log = revocations
        try await store.read { try log.load($0) }
        try await restoreDelays()
    }

    /// The tables, for whoever opens the store.
    package static var migrations: [Migration] { Schema.migrations }

    /// Whether there is an administrator.
    package static func hasAdministrator(_ store: Store) async throws -> Bool {
        try await store.read { try AccountRecord.hasAdministrator($0) }
    }

    /// What a client gets for a place in the sequence of a sign-in: within the grace period always the same
    /// bytes.
    func answer(
        _ account: AccountRecord,
        _ signIn: SignInRecord,
        now: Timestamp,
        device: String? = nil
    ) -> SignedIn {
        let age = now.milliseconds - signIn.state.rotatedAt.milliseconds
        let issuedAt = (0...Limits.graceMilliseconds).contains(age) ? signIn.state.rotatedAt : now
        let name = tokenNames.code("\(signIn.id) \(signIn.state.counter) \(issuedAt.milliseconds)")
        return .with {
            $0.accessToken = issuer.issue(
                account.identity(signInID: signIn.id),
                signInID: signIn.id,
                key: keys.current,
                now: issuedAt,
                tokenID: Array(name.bytes.prefix(16))
            )
            $0.expiresInSeconds = Limits.accessTokenSeconds
            $0.refreshToken = mint.text(
                of: RefreshToken(signInID: signIn.id, counter: signIn.state.counter)
            )
            $0.refreshExpiresAt = Instant(milliseconds: signIn.state.expiresAt.milliseconds)
            $0.signInID = signIn.id
            $0.deviceToken = device
            $0.account = account.account
        }
    }

    /// A new sign-in of an account, not stored yet.
    func newSignIn(_ user: UserID, _ kind: IdentityKind, from origin: Origin) -> SignInRecord {
        SignInRecord(
            id: SignInID(milliseconds: origin.now.milliseconds, random: randomBytes(10)),
            userID: user,
            createdAt: origin.now,
            state: RefreshState(
                counter: 0,
                rotatedAt: origin.now,
                expiresAt: expiry(kind, createdAt: origin.now, now: origin.now)
            ),
            client: origin.client,
            address: origin.address
        )
    }

    /// When a sign-in ends that is used now.
    func expiry(_ kind: IdentityKind, createdAt: Timestamp, now: Timestamp) -> Timestamp {
        let idle = kind == .guest ? Limits.guestIdleMilliseconds : Limits.idleMilliseconds
        return Timestamp(
            milliseconds: min(now.milliseconds + idle, createdAt.milliseconds + Limits.absoluteMilliseconds)
        )
    }

    /// The hash of a new password.
    func hash(_ password: String) async throws(AuthRefusal) -> PasswordHash {
        do throws(PasswordFailure) {
            return try await lane.hash(Secret(Array(password.utf8)))
        } catch {
            throw Self.refusal(error)
        }
    }

    /// Whether a password is right; as slow for `nil`, where there is none.
    func check(
        _ password: PasswordText,
        against hash: PasswordHash?
    ) async throws(AuthRefusal) -> PasswordVerdict {
        let normalized = PasswordPolicy.normalized(password.text)
        do throws(PasswordFailure) {
            return try await lane.check(Secret(Array(normalized.utf8)), against: hash ?? nobody)
        } catch {
            throw Self.refusal(error)
        }
    }

    private static func refusal(_ failure: PasswordFailure) -> AuthRefusal {
        switch failure {
        case .overloaded(let wait): .overloaded(milliseconds: wait)
        case .outOfMemory, .closed: .overloaded(milliseconds: 1000)
        }
    }
}
