/// What an identity is.
public enum IdentityKind: String, WireEnum {
    /// An account with a password.
    case user
    /// Somebody without an account, gone when the sign-in ends.
    case guest
    /// One of our own services, acting for itself.
    case service
}

/// Who is calling: what the gateway finds out once and every service behind it believes.
public struct Identity: WireObject, Equatable {
    /// The account or guest.
    public var userID = UserID.zero
    /// The name that people see.
    public var name = DisplayName.zero
    /// What it is.
    public var kind = IdentityKind.guest
    /// What it may do.
    public var scopes: [Scope] = []
    /// The sign-in it came from; absent for personal tokens and services.
    public var signInID: SignInID?
    /// The personal token that was shown, if it was one.
    public var personalTokenID: PersonalTokenID?
    /// When the statement was made, in milliseconds since the Unix epoch.
    public var issuedAtMilliseconds = 0
    /// When it stops being true, in milliseconds since the Unix epoch.
    public var expiresAtMilliseconds = 0
    /// When the token that was shown expires, in milliseconds since the Unix epoch; connections that outlive
    /// the statement end then.
    public var credentialExpiresAtMilliseconds: Int?

    /// For reading.
    public init() {}

    /// Whether the identity may do what `scope` stands for; `admin` may do everything.
    public func may(_ scope: Scope) -> Bool { scopes.contains(scope) || scopes.contains(.admin) }

    /// The table.
    public static let fields = Fields<Identity>(
        field("user_id", \.userID),
        field("name", \.name),
        field("kind", \.kind),
        field("scopes", \.scopes),
        field("sign_in_id", \.signInID),
        field("personal_token_id", \.personalTokenID),
        field("issued_at_ms", \.issuedAtMilliseconds),
        field("expires_at_ms", \.expiresAtMilliseconds),
        field("credential_expires_at_ms", \.credentialExpiresAtMilliseconds)
    )
}
