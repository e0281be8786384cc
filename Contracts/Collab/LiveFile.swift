/// A document that begins.
public struct LiveFileStart: WireObject, Hashable {
    /// The document.
    public var document = DocumentName.zero

    /// For reading.
    public init() {}

    /// The start of a document.
    public init(_ document: DocumentName) { self.document = document }

    /// document.
    public static let fields = Fields<LiveFileStart>(field("document", \.document))
}

/// What a document begins with.
public struct LiveFileSeed: WireObject, Hashable {
    /// The file's text; absent when there is no such file, or it is no text.
    public var text: String?

    /// For reading.
    public init() {}

    /// text.
    public static let fields = Fields<LiveFileSeed>(field("text", \.text))
}

/// The text of a file that is edited live.
public struct LiveFile: WireObject, Hashable {
    /// Whether the document was ever written to; without it the stored file is the truth.
    public var isLive = false
    /// The number of the last update in the text.
    public var sequence = 0
    /// The text; absent when the asker knows it already.
    public var text: String?
    /// Who made the last change, if that is known.
    public var userID: UserID?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<LiveFile>(
        field("is_live", \.isLive), field("sequence", \.sequence), field("text", \.text),
        field("user_id", \.userID))
}

/// Files that somebody wants to know, each with what they know of it.
public struct LiveFileQuestion: WireObject, Hashable {
    /// One file.
    public struct Item: WireObject, Hashable {
        /// Its document.
        public var document = DocumentName.zero
        /// The sequence number of the text that the asker has, 0 for none.
        public var known = 0

        /// For reading.
        public init() {}

        /// The name in documents.
        public static var schemaName: String { "LiveFileQuestionItem" }

        /// document, known.
        public static let fields = Fields<Item>(
            field("document", \.document), field("known", \.known, .range(0...1 << 53)))
    }

    /// As many as a session has files, at most.
    public var items: [Item] = []

    /// For reading.
    public init() {}

    /// items.
    public static let fields = Fields<LiveFileQuestion>(field("items", \.items, .count(1...512)))
}

/// What the files are that were asked for, in the order of the question: all of them, unless the answer
/// became long; who asks goes on with the next.
public struct LiveFileAnswer: WireObject, Hashable {
    /// One for each item of the question, from the first.
    public var items: [LiveFile] = []

    /// For reading.
    public init() {}

    /// items.
    public static let fields = Fields<LiveFileAnswer>(field("items", \.items))
}

/// A whole file that is written into its document.
public struct LiveFileDraft: WireObject, Hashable {
    /// The text.
    public var text = ""
    /// Who writes it.
    public var userID = UserID.zero

    /// For reading.
    public init() {}

    /// A text and who writes it.
    public init(_ text: String, by userID: UserID) {
        self.text = text
        self.userID = userID
    }

    /// text, user_id.
    public static let fields = Fields<LiveFileDraft>(
        field("text", \.text, .length(0...(8 << 20))), field("user_id", \.userID))
}

/// What has happened in a session that its documents have to know.
public struct LiveNotice: WireObject, Hashable {
    /// Kinds of notices.
    public enum Kind: String, WireEnum {
        /// Somebody's role has changed, or they have left.
        case membersChanged = "members_changed"
        /// The session has ended: its documents can be read, not changed.
        case sessionEnded = "session_ended"
        /// The session was deleted.
        case sessionDeleted = "session_deleted"
        /// A file was deleted, or is no text any more.
        case fileDeleted = "file_deleted"
    }

    /// The session.
    public var sessionID = SessionID.zero
    /// What it is about.
    public var kind = Kind.membersChanged
    /// The document of a deleted file.
    public var document: DocumentName?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<LiveNotice>(
        field("session_id", \.sessionID), field("kind", \.kind), field("document", \.document))
}
