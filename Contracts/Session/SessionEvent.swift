/// Something that happened in a session; the SSE event name is `kind`.
///
/// The session is what these events, one after the other, make of it.
public struct SessionEvent: WireObject, Equatable {
    /// Kinds of events.
    public enum Kind: String, WireEnum {
        case created, changed, ended, deleted
        case fileWritten = "file_written"
        case fileDeleted = "file_deleted"
        case memberJoined = "member_joined"
        case memberChanged = "member_changed"
        case memberLeft = "member_left"
        case invited
        case invitationRevoked = "invitation_revoked"
        case runQueued = "run_queued"
        case run
    }

    /// Counts from 1 without gaps within the session; the SSE id.
    public var sequence = 0
    /// When.
    public var at = Instant.zero
    /// What happened.
    public var kind = Kind.changed
    /// Who did it; absent when the service did.
    public var actorID: UserID?
    /// For `created` and `changed`: the new title.
    public var title: DisplayName?
    /// For `created` and `changed`: the new main language.
    public var language: LanguageID?
    /// For `file_written`: the file as it is now.
    public var file: FileEntry?
    /// For `file_deleted`: which.
    public var path: SourcePath?
    /// For members' events: the member as they are now, or were.
    public var member: Member?
    /// For invitations' events: the invitation as it is now, without its token.
    public var invitation: Invitation?
    /// For runs' events: which.
    public var runID: RunID?
    /// For `run`: what happened in it.
    public var run: RunEvent?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<SessionEvent>(
        field("seq", \.sequence), field("at", \.at), field("kind", \.kind), field("actor_id", \.actorID),
        field("title", \.title), field("language", \.language), field("file", \.file), field("path", \.path),
        field("member", \.member), field("invitation", \.invitation), field("run_id", \.runID),
        field("run", \.run))
}
