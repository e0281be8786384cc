/// An account or guest, as its owner sees it.
public struct Account: WireObject, Equatable {
    /// The identifier that everything refers to.
    public var id = UserID.zero
    /// The name to sign in with; guests have none.
    public var login: LoginName?
    /// The name that people see.
    public var name = DisplayName.zero
    /// user or guest.
    public var kind = IdentityKind.user
    /// What it may do.
    public var scopes: [Scope] = []
    /// When it was made.
    public var createdAt = Instant.zero

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Account>(
        field("id", \.id),
        field("login", \.login),
        field("name", \.name),
        field("kind", \.kind),
        field("scopes", \.scopes),
        field("created_at", \.createdAt)
    )
}

/// What makes an account.
public struct Registration: WireObject, Equatable {
    /// The name to sign in with.
    public var login = LoginName.zero
    /// At least 15 characters; nothing else is asked of it, but that it is not a well-known one.
    public var password = PasswordText.zero
    /// The name that people see; the login if absent.
    public var name: DisplayName?
    /// Makes the first administrator; the service prints it where its operator can read it.
    public var bootstrapToken: String?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Registration>(
        field("login", \.login),
        field("password", \.password, .new, "None of the well-known."),
        field("name", \.name),
        field("bootstrap_token", \.bootstrapToken, .length(1...200))
    )
}

/// What signs somebody in.
public struct LoginRequest: WireObject, Equatable {
    /// The name to sign in with.
    public var login = LoginName.zero
    /// The password.
    public var password = PasswordText.zero
    /// What an earlier sign-in on this device answered: it stays able to sign in while others guess.
    public var deviceToken: String?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<LoginRequest>(
        field("login", \.login),
        field("password", \.password),
        field("device_token", \.deviceToken, .length(1...200))
    )
}

/// What makes a guest.
public struct GuestRequest: WireObject, Equatable {
    /// The name that people see; chosen by the service if absent.
    public var name: DisplayName?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<GuestRequest>(field("name", \.name))
}

/// What changes an account.
public struct AccountPatch: WireObject, Equatable {
    /// The new name that people see.
    public var name: DisplayName?
    /// The new password; ends all other sign-ins.
    public var newPassword: PasswordText?
    /// The password until now, required with a new one.
    public var currentPassword: PasswordText?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<AccountPatch>(
        field("name", \.name),
        field("new_password", \.newPassword, .new),
        field("current_password", \.currentPassword)
    )
}

extension Rule where Value == PasswordText {
    /// As long as a new password must be (NIST SP 800-63B-4, 3.1.1.2): 15 characters.
    public static var new: Rule {
        Rule(
            check: { (password) throws(WireFault) in
                if password.text.unicodeScalars.count < 15 {
                    throw WireFault(
                        .wrongLength, "a password has at least 15 characters; four words will do")
                }
            },
            refine: { .refined($0, [JSONMember("minLength", 15)]) })
    }
}
