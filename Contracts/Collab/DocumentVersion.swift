/// A stretch of one person's editing, or a version that somebody named.
public struct DocumentVersion: WireObject, Hashable {
    /// The number of its last update: the version's name in paths.
    public var sequence = 0
    /// When that update came.
    public var at = Instant.zero
    /// Who wrote the stretch, or gave the name; absent for the service itself.
    public var userID: UserID?
    /// The name, if it has one.
    public var name: DisplayName?
    /// Updates in the stretch, 0 for a name.
    public var updates = 0
    /// Bytes of those updates.
    public var bytes = 0

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<DocumentVersion>(
        field("sequence", \.sequence), field("at", \.at), field("user_id", \.userID), field("name", \.name),
        field("updates", \.updates), field("total_bytes", \.bytes))
}

/// A name for a version.
public struct VersionDraft: WireObject, Hashable {
    /// The name.
    public var name = DisplayName.zero
    /// Which version; the newest without.
    public var sequence: Int?

    /// For reading.
    public init() {}

    /// A name for the newest version.
    public init(_ name: DisplayName) { self.name = name }

    /// name, sequence.
    public static let fields = Fields<VersionDraft>(
        field("name", \.name), field("sequence", \.sequence, .range(0...Int(Int32.max))))
}

/// What changed between two texts, line by line.
public struct TextDifference: WireObject, Hashable {
    /// The earlier version.
    public var from = 0
    /// The later version.
    public var to = 0
    /// The changed places, in order.
    public var hunks: [DifferenceHunk] = []

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<TextDifference>(
        field("from", \.from), field("to", \.to), field("hunks", \.hunks))
}

/// One changed place.
public struct DifferenceHunk: WireObject, Hashable {
    /// The first line of it in the earlier text, from 0.
    public var oldLine = 0
    /// The first line of it in the later text, from 0.
    public var newLine = 0
    /// The lines that are gone, without their line breaks.
    public var removed: [String] = []
    /// The lines that have come, without their line breaks.
    public var added: [String] = []

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<DifferenceHunk>(
        field("old_line", \.oldLine), field("new_line", \.newLine), field("removed", \.removed),
        field("added", \.added))
}

/// A part of a text and who wrote it.
public struct Authorship: WireObject, Hashable {
    /// UTF-16 units before it.
    public var start = 0
    /// UTF-16 units of it.
    public var units = 0
    /// Who wrote it; absent for what was there before anybody, or older than the history kept.
    public var userID: UserID?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Authorship>(
        field("start", \.start), field("length_utf16", \.units), field("user_id", \.userID))
}

/// Who wrote what of a text.
public struct AuthorshipList: WireObject, Hashable {
    /// The version that this is about.
    public var sequence = 0
    /// The parts, from the start to the end of the text.
    public var items: [Authorship] = []

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<AuthorshipList>(field("sequence", \.sequence), field("items", \.items))
}
