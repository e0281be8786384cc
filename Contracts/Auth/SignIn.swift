/// What a client holds after signing in.
public struct SignedIn: WireObject, Equatable {
    /// Proves who one is, for ten minutes: `Authorization: Bearer …`.
    public var accessToken = ""
    /// Always `Bearer`.
    public var tokenType = "Bearer"
    /// How long the access token holds.
    public var expiresInSeconds = 0
    /// Gets the next access token; each answer brings the next refresh token.
    public var refreshToken = ""
    /// When the sign-in ends without being refreshed.
    public var refreshExpiresAt = Instant.zero
    /// The sign-in.
    public var signInID = SignInID.zero
    /// Keep it on this device and send it with the next login.
    public var deviceToken: String?
    /// Who signed in.
    public var account = Account()

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<SignedIn>(
        field("access_token", \.accessToken),
        field("token_type", \.tokenType),
        field("expires_in_seconds", \.expiresInSeconds),
        field("refresh_token", \.refreshToken),
        field("refresh_expires_at", \.refreshExpiresAt),
        field("sign_in_id", \.signInID),
        field("device_token", \.deviceToken),
        field("account", \.account)
    )
}

/// A refresh token.
public struct RefreshRequest: WireObject, Equatable {
    /// The token of the last answer.
    public var refreshToken = ""

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<RefreshRequest>(
        field("refresh_token", \.refreshToken, .length(1...200))
    )
}

/// One place where somebody is signed in.
public struct SignIn: WireObject, Equatable {
    /// The sign-in.
    public var id = SignInID.zero
    /// When it began.
    public var createdAt = Instant.zero
    /// When it was last refreshed.
    public var lastUsedAt = Instant.zero
    /// When it ends without being refreshed.
    public var expiresAt = Instant.zero
    /// What the client called itself.
    public var client = ""
    /// Where it came from.
    public var address = ""
    /// Whether it is the one that asks.
    public var isCurrent = false

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<SignIn>(
        field("id", \.id),
        field("created_at", \.createdAt),
        field("last_used_at", \.lastUsedAt),
        field("expires_at", \.expiresAt),
        field("client", \.client),
        field("address", \.address),
        field("current", \.isCurrent)
    )
}
