/// What the auth service serves.
public enum AuthEndpoints {
    static let signInID = Parameter.path("sign_in_id", SignInID.schema, "The sign-in.")
    static let tokenID = Parameter.path("token_id", PersonalTokenID.schema, "The personal token.")

    /// Makes an account and signs it in.
    public static let register = Endpoint<Registration, SignedIn>(
        "auth.register",
        of: .auth,
        .post,
        "/v1/auth/register",
        access: .open,
        "Create an account",
        status: 201,
        problems: [.conflict, .rateLimited, .overloaded, .forbidden],
        repeatability: .once,
        bodyLimit: 16 << 10,
        example: #"{"login":"ada","password":"correct horse battery","name":"Ada"}"#
    )
    /// Signs in with a password.
    public static let login = Endpoint<LoginRequest, SignedIn>(
        "auth.login",
        of: .auth,
        .post,
        "/v1/auth/login",
        access: .open,
        "Sign in",
        problems: [.invalidCredentials, .accountLocked, .overloaded],
        repeatability: .once,
        bodyLimit: 16 << 10,
        example: #"{"login":"ada","password":"correct horse battery"}"#
    )
    /// Signs in without an account, where the install allows it.
    public static let guest = Endpoint<GuestRequest, SignedIn>(
        "auth.guest",
        of: .auth,
        .post,
        "/v1/auth/guest",
        access: .open,
        "Join as a guest",
        status: 201,
        problems: [.forbidden, .rateLimited],
        repeatability: .once,
        bodyLimit: 16 << 10,
        example: #"{"name":"Ada"}"#
    )
    /// Gets the next access token.
    public static let refresh = Endpoint<RefreshRequest, SignedIn>(
        "auth.refresh",
        of: .auth,
        .post,
        "/v1/auth/refresh",
        access: .open,
        "Refresh an access token",
        problems: [.unauthenticated, .tokenReused],
        repeatability: .idempotent,
        bodyLimit: 16 << 10,
        example: #"{"refresh_token":"ccr_…"}"#
    )
    /// Ends the sign-in that asks.
    public static let logout = Endpoint<Nothing, Nothing>(
        "auth.logout",
        of: .auth,
        .post,
        "/v1/auth/logout",
        access: .identified(nil),
        "Sign out",
        repeatability: .idempotent
    )
    /// Ends all sign-ins of the caller.
    public static let logoutAll = Endpoint<Nothing, Nothing>(
        "auth.logout_all",
        of: .auth,
        .post,
        "/v1/auth/logout-all",
        access: .identified(nil),
        "Sign out everywhere",
        repeatability: .idempotent
    )

    /// Who is asking.
    public static let me = Endpoint<Nothing, Account>(
        "auth.me",
        of: .auth,
        .get,
        "/v1/auth/me",
        access: .identified(nil),
        "Get the own account",
        problems: [.notFound]
    )
    /// Changes name or password.
    public static let patchMe = Endpoint<AccountPatch, Account>(
        "auth.patch_me",
        of: .auth,
        .patch,
        "/v1/auth/me",
        access: .identified(nil),
        "Change the own account",
        problems: [.notFound, .forbidden, .invalidCredentials, .accountLocked, .overloaded],
        bodyLimit: 16 << 10,
        example: #"{"name":"Ada L."}"#
    )
    /// Erases the account with everything the auth service keeps about it.
    public static let deleteMe = Endpoint<Nothing, Nothing>(
        "auth.delete_me",
        of: .auth,
        .delete,
        "/v1/auth/me",
        access: .identified(nil),
        "Erase the own account",
        problems: [.forbidden]
    )

    /// Where the caller is signed in.
    public static let signIns = Endpoint<Nothing, SignInList>(
        "auth.sign_ins",
        of: .auth,
        .get,
        "/v1/auth/sessions",
        access: .identified(nil),
        "List sign-ins"
    )
    /// Ends one sign-in of the caller.
    public static let endSignIn = Endpoint<Nothing, Nothing>(
        "auth.end_sign_in",
        of: .auth,
        .delete,
        "/v1/auth/sessions/{sign_in_id}",
        access: .identified(nil),
        "End a sign-in",
        parameters: [signInID],
        problems: [.notFound]
    )

    /// Makes a personal token.
    public static let makeToken = Endpoint<PersonalTokenDraft, PersonalTokenGrant>(
        "auth.make_token",
        of: .auth,
        .post,
        "/v1/auth/tokens",
        access: .identified(nil),
        "Create a personal token",
        status: 201,
        problems: [.forbidden, .quotaExceeded],
        repeatability: .once,
        bodyLimit: 16 << 10,
        example: #"{"name":"ci","scopes":["run"],"lifetime_days":30}"#
    )
    /// The caller's personal tokens.
    public static let tokens = Endpoint<Nothing, PersonalTokenList>(
        "auth.tokens",
        of: .auth,
        .get,
        "/v1/auth/tokens",
        access: .identified(nil),
        "List personal tokens"
    )
    /// Revokes a personal token.
    public static let deleteToken = Endpoint<Nothing, Nothing>(
        "auth.delete_token",
        of: .auth,
        .delete,
        "/v1/auth/tokens/{token_id}",
        access: .identified(nil),
        "Revoke a personal token",
        parameters: [tokenID],
        problems: [.notFound]
    )

    /// What happened to the caller's account; administrators see everything.
    public static let audit = Endpoint<Nothing, Page<AuditEvent>>(
        "auth.audit",
        of: .auth,
        .get,
        "/v1/auth/audit",
        access: .identified(nil),
        "List security events, newest first",
        parameters: [.limit, .cursor]
    )
    /// Whether the audit log is whole.
    public static let verifyAudit = Endpoint<Nothing, AuditVerification>(
        "auth.verify_audit",
        of: .auth,
        .get,
        "/v1/auth/audit/verification",
        access: .identified(.admin),
        "Verify the audit log"
    )
    /// The public keys.
    public static let keys = Endpoint<Nothing, JSONWebKeySet>(
        "auth.keys",
        of: .auth,
        .get,
        "/.well-known/jwks.json",
        access: .open,
        "Get the public keys"
    )
    /// Makes the next key the current one.
    public static let rotateKeys = Endpoint<Nothing, JSONWebKeySet>(
        "auth.rotate_keys",
        of: .auth,
        .post,
        "/v1/auth/keys/rotate",
        access: .identified(.admin),
        "Rotate the signing keys",
        repeatability: .once
    )

    /// What is known about a token, for the gateway.
    public static let introspect = Endpoint<IntrospectionRequest, Introspection>(
        "auth.introspect",
        of: .auth,
        .post,
        "/internal/auth/introspect",
        access: .fleet,
        "Look at a token",
        repeatability: .idempotent,
        timeout: .seconds(2),
        bodyLimit: 16 << 10
    )
    /// What was revoked behind a place, then what is revoked, as it happens; the first answer comes at once.
    public static let revocations = Endpoint<Nothing, RevocationFeed>(
        "auth.revocations",
        of: .auth,
        .get,
        "/internal/auth/revocations",
        access: .fleet,
        "Follow revocations",
        answers: .events(RevocationFeed.schema),
        parameters: [
            .query(
                "after",
                .type("integer", [JSONMember("minimum", 0)]),
                "The `next` of what came last; from now on if absent."
            )
        ],
        timeout: .seconds(3600)
    )

    /// All of them.
    public static let all: [Route] = [
        register.route, login.route, guest.route, refresh.route, logout.route, logoutAll.route, me.route,
        patchMe.route, deleteMe.route, signIns.route, endSignIn.route, makeToken.route, tokens.route,
        deleteToken.route, audit.route, verifyAudit.route, keys.route, rotateKeys.route,
        introspect.route, revocations.route,
    ]
}
