/// A way into a session for whoever has its token.
public struct Invitation: WireObject, Equatable {
    /// Its name.
    public var id = InvitationID.zero
    /// Where it leads.
    public var sessionID = SessionID.zero
    /// What those who accept may do.
    public var role = GrantedRole.viewer
    /// How many may accept.
    public var maxUses = 1
    /// How many have.
    public var uses = 0
    /// Who made it.
    public var createdBy = UserID.zero
    /// When.
    public var createdAt = Instant.zero
    /// When it stops working.
    public var expiresAt = Instant.zero
    /// Whether it was called back.
    public var isRevoked = false
    /// The secret; told only to whoever makes the invitation.
    public var token: String?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Invitation>(
        field("id", \.id), field("session_id", \.sessionID), field("role", \.role),
        field("max_uses", \.maxUses),
        field("uses", \.uses), field("created_by", \.createdBy), field("created_at", \.createdAt),
        field("expires_at", \.expiresAt), field("revoked", \.isRevoked), field("token", \.token))
}

/// A new invitation.
public struct InvitationDraft: WireObject, Equatable {
    /// What those who accept may do.
    public var role = GrantedRole.editor
    /// How many may accept.
    public var maxUses = 1
    /// How long it works, seconds.
    public var lifetimeSeconds = 7 * 86_400

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<InvitationDraft>(
        defaulted("role", \.role), defaulted("max_uses", \.maxUses, .range(1...1000)),
        defaulted("expires_in_seconds", \.lifetimeSeconds, .range(60...30 * 86_400)))
}

/// The secret of an invitation: 43 characters of base64url.
public struct InvitationToken: WireText {
    /// The text.
    public let text: String

    /// Checks the form.
    /// - Throws: `WireFault` (`.wrongFormat`).
    public init(_ text: String) throws(WireFault) {
        let isPlain = text.utf8.allSatisfy {
            $0.isLowercaseLetter || $0.isDigit || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
        guard text.utf8.count == 43, isPlain else {
            throw WireFault(.wrongFormat, "expected 43 characters of base64url")
        }
        self.text = text
    }

    /// 43 characters of base64url.
    public static var schema: Schema { .text(Self.self, [JSONMember("pattern", "^[A-Za-z0-9_-]{43}$")]) }
}
