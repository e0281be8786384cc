/// A token that the gateway wants to know about.
public struct IntrospectionRequest: WireObject, Equatable {
    /// A personal token or an access token.
    public var token = ""

    /// For reading.
    public init() {}

    /// About a token.
    public init(token: String) { self.token = token }

    /// The table.
    public static let fields = Fields<IntrospectionRequest>(field("token", \.token, .length(1...4096)))
}

/// What the auth service knows about a token now (RFC 7662 in our words).
public struct Introspection: WireObject, Equatable {
    /// Whether it is good; if not, nothing else is said.
    public var isActive = false
    /// Who its bearer is, with what and until when; the times of the statement are set by whoever signs it.
    public var identity: Identity?
    /// Until when the answer may be believed, unless a revocation says otherwise, in milliseconds since 1970.
    public var validUntilMilliseconds: Int?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Introspection>(
        field("active", \.isActive),
        field("identity", \.identity),
        field("valid_until_ms", \.validUntilMilliseconds)
    )
}

/// Something that was good and is no longer.
public struct Revocation: WireObject, Equatable {
    /// Its place in the feed, from 1.
    public var sequence = 0
    /// Every token of this account, if given.
    public var userID: UserID?
    /// Every token of this sign-in, if given.
    public var signInID: SignInID?
    /// This personal token, if given.
    public var personalTokenID: PersonalTokenID?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Revocation>(
        field("sequence", \.sequence),
        field("user_id", \.userID),
        field("sign_in_id", \.signInID),
        field("personal_token_id", \.personalTokenID)
    )
}

/// The revocations behind a place in the feed, as far as tokens they concern could still live.
///
/// A verifier follows the feed, forgets the verdicts concerned, and refuses tokens of the sign-ins and
/// accounts named until they would have expired anyway; when it comes back, it goes on with `next` of what
/// came last.
public struct RevocationFeed: WireObject, Equatable {
    /// In order.
    public var items: [Revocation] = []
    /// The place to go on from.
    public var next = 0

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<RevocationFeed>(field("items", \.items), field("next", \.next))
}
