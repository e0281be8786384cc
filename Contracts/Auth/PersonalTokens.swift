/// What makes a personal token.
public struct PersonalTokenDraft: WireObject, Equatable {
    /// What it is for.
    public var name = DisplayName.zero
    /// What its bearer may do, out of what its owner may do.
    public var scopes: [Scope] = []
    /// How long it lives, 1 to 366 days; 90 if absent.
    public var lifetimeDays = 90

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<PersonalTokenDraft>(
        field("name", \.name),
        field("scopes", \.scopes, .count(1...16)),
        defaulted("lifetime_days", \.lifetimeDays, .range(1...366))
    )
}

/// A personal token, without the token.
public struct PersonalTokenInfo: WireObject, Equatable {
    /// Its identifier.
    public var id = PersonalTokenID.zero
    /// What it is for.
    public var name = DisplayName.zero
    /// The first characters of the token.
    public var hint = ""
    /// What its bearer may do.
    public var scopes: [Scope] = []
    /// When it was made.
    public var createdAt = Instant.zero
    /// When it ends.
    public var expiresAt = Instant.zero
    /// When it was last used, to the minute.
    public var lastUsedAt: Instant?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<PersonalTokenInfo>(
        field("id", \.id),
        field("name", \.name),
        field("hint", \.hint),
        field("scopes", \.scopes),
        field("created_at", \.createdAt),
        field("expires_at", \.expiresAt),
        field("last_used_at", \.lastUsedAt)
    )
}

/// A new personal token: the only answer that shows it.
public struct PersonalTokenGrant: WireObject, Equatable {
    /// The token: `Authorization: Bearer ccp_…`.
    public var token = ""
    /// What is kept of it.
    public var info = PersonalTokenInfo()

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<PersonalTokenGrant>(field("token", \.token), field("info", \.info))
}

/// The personal tokens of an account.
public struct PersonalTokenList: WireObject, Equatable {
    /// Newest first.
    public var items: [PersonalTokenInfo] = []

    /// For reading.
    public init() {}

    /// A list.
    public init(items: [PersonalTokenInfo]) { self.items = items }

    /// items.
    public static let fields = Fields<PersonalTokenList>(field("items", \.items))
}

/// The places where somebody is signed in.
public struct SignInList: WireObject, Equatable {
    /// Newest first.
    public var items: [SignIn] = []

    /// For reading.
    public init() {}

    /// A list.
    public init(items: [SignIn]) { self.items = items }

    /// items.
    public static let fields = Fields<SignInList>(field("items", \.items))
}
