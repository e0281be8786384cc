/// What a member may do; each role may do what those below it may.
public enum Role: String, WireEnum {
    case owner, editor, runner, commenter, viewer
}

/// Where a session stands.
public enum SessionState: String, WireEnum {
    case active, ended, deleted
}

/// A session (room): files, members, runs and everything that happened.
public struct Session: WireObject, Equatable {
    /// Its name for machines.
    public var id = SessionID.zero
    /// Its name for people.
    public var title = DisplayName.zero
    /// Where it stands.
    public var state = SessionState.active
    /// Its main language.
    public var language: LanguageID?
    /// Who made it.
    public var ownerID = UserID.zero
    /// What the caller may do in it.
    public var yourRole: Role?
    /// Changes with every event; the ETag.
    public var version = 0
    /// When it was made.
    public var createdAt = Instant.zero
    /// When something last happened in it.
    public var updatedAt = Instant.zero
    /// Files in it.
    public var files = 0
    /// Bytes of all files.
    public var bytes = 0

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Session>(
        field("id", \.id), field("title", \.title), field("state", \.state), field("language", \.language),
        field("owner_id", \.ownerID), field("your_role", \.yourRole), field("version", \.version),
        field("created_at", \.createdAt), field("updated_at", \.updatedAt), field("files", \.files),
        field("total_bytes", \.bytes))
}

/// A new session.
public struct SessionDraft: WireObject, Equatable {
    /// Its name for people; "Untitled" if absent.
    public var title: DisplayName?
    /// Its main language.
    public var language: LanguageID?
    /// Files it starts with.
    public var files: [SourceFile] = []

    /// For reading.
    public init() {}

    /// title, language, files.
    public static let fields = Fields<SessionDraft>(
        field("title", \.title), field("language", \.language),
        defaulted("files", \.files, .count(0...ContractLimits.filesPerRun)))
}

/// Changes to a session.
public struct SessionPatch: WireObject, Equatable {
    /// A new name.
    public var title: DisplayName?
    /// A new main language.
    public var language: LanguageID?

    /// For reading.
    public init() {}

    /// title, language.
    public static let fields = Fields<SessionPatch>(field("title", \.title), field("language", \.language))
}
