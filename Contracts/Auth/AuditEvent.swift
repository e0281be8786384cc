/// What the audit log knows of one event; entries are chained, so that none can be changed or taken out
/// unseen.
public struct AuditEvent: WireObject, Equatable {
    /// Its place in the log, from 1.
    public var sequence = 0
    /// When it happened.
    public var at = Instant.zero
    /// What happened.
    public var kind = AuditKind.loginFailed
    /// Whose account it is about, if there is one.
    public var userID: UserID?
    /// Where it came from.
    public var address = ""
    /// More, in words; never a secret.
    public var detail = ""
    /// HMAC-SHA-256 over this entry and the one before.
    public var chain = Digest256.zero

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<AuditEvent>(
        field("sequence", \.sequence),
        field("at", \.at),
        field("kind", \.kind),
        field("user_id", \.userID),
        field("address", \.address),
        field("detail", \.detail),
        field("chain", \.chain)
    )
}

/// What is worth a line in the audit log.
public enum AuditKind: String, WireEnum {
    case registered
    case loggedIn = "logged_in"
    case loginFailed = "login_failed"
    case guestJoined = "guest_joined"
    case loggedOut = "logged_out"
    case loggedOutEverywhere = "logged_out_everywhere"
    case refreshReused = "refresh_reused"
    case signInRevoked = "sign_in_revoked"
    case accountChanged = "account_changed"
    case passwordChanged = "password_changed"
    case accountErased = "account_erased"
    case tokenMade = "token_made"
    case tokenRevoked = "token_revoked"
    case keysRotated = "keys_rotated"
    case adminBootstrapped = "admin_bootstrapped"
}

/// Whether the audit log is whole.
public struct AuditVerification: WireObject, Equatable {
    /// Whether every entry follows from the one before.
    public var isWhole = false
    /// How many entries there are.
    public var entries = 0
    /// The first entry that does not follow.
    public var firstBroken: Int?
    /// The last link: note it elsewhere to notice a log that was cut off.
    public var head = Digest256.zero

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<AuditVerification>(
        field("whole", \.isWhole),
        field("entries", \.entries),
        field("first_broken", \.firstBroken),
        field("head", \.head)
    )
}
