/// One update of a document as it lies in the log.
public struct LoggedUpdate: WireObject, Hashable {
    /// Its number, from 1 without gaps.
    public var sequence = 0
    /// When it was taken in.
    public var at = Instant.zero
    /// Who sent it; absent for the text of a file that became a document.
    public var userID: UserID?
    /// The Yjs update (v1), base64.
    public var update = ""

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<LoggedUpdate>(
        field("sequence", \.sequence), field("at", \.at), field("user_id", \.userID),
        field("update", \.update))
}

/// A part of a document's log.
public struct UpdatePage: WireObject, Hashable {
    /// In the order of the log.
    public var items: [LoggedUpdate] = []
    /// Where the next page starts (`after`); absent at the end.
    public var nextAfter: Int?

    /// For reading.
    public init() {}

    /// items, next_after.
    public static let fields = Fields<UpdatePage>(field("items", \.items), field("next_after", \.nextAfter))
}

/// One connection to a document.
public struct Presence: WireObject, Hashable {
    /// Whose it is.
    public var userID = UserID.zero
    /// The name that people see.
    public var name = DisplayName.zero
    /// What the member may do.
    public var role = Role.viewer
    /// Since when.
    public var connectedAt = Instant.zero
    /// The Yjs awareness ids that it brought.
    public var clientIDs: [Int] = []

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Presence>(
        field("user_id", \.userID), field("name", \.name), field("role", \.role),
        field("connected_at", \.connectedAt), field("client_ids", \.clientIDs))
}

/// Who is connected to a document.
public struct PresenceList: WireObject, Hashable {
    /// In the order of arrival.
    public var items: [Presence] = []

    /// For reading.
    public init() {}

    /// A list.
    public init(items: [Presence]) { self.items = items }

    /// items.
    public static let fields = Fields<PresenceList>(field("items", \.items))
}
