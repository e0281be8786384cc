/// Somebody in a session.
public struct Member: WireObject, Equatable {
    /// The account or guest.
    public var userID = UserID.zero
    /// The name that people see.
    public var name = DisplayName.zero
    /// What they may do.
    public var role = Role.viewer
    /// Since when.
    public var joinedAt = Instant.zero

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Member>(
        field("user_id", \.userID), field("name", \.name), field("role", \.role),
        field("joined_at", \.joinedAt))
}

/// A role that can be given away; a session has one owner.
public enum GrantedRole: String, WireEnum {
    case editor, runner, commenter, viewer

    /// The same as a member's role.
    public var role: Role {
        switch self {
        case .editor: .editor
        case .runner: .runner
        case .commenter: .commenter
        case .viewer: .viewer
        }
    }
}

/// A change of a member's role.
public struct MemberPatch: WireObject, Equatable {
    /// The new one.
    public var role = GrantedRole.viewer

    /// For reading.
    public init() {}

    /// A change to a role.
    public init(role: GrantedRole) { self.role = role }

    /// role.
    public static let fields = Fields<MemberPatch>(field("role", \.role))
}
