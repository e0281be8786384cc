package import Contracts

/// Everything that a run needs, as it was when it was asked for: enough to start it in another process.
package struct RunSpec: WireObject, Equatable {
    /// The session, or nothing for a snippet.
    package var sessionID: SessionID?
    /// The language.
    package var language = LanguageID.zero
    /// The file that is started.
    package var entry = SourcePath.zero
    /// A snippet's sources.
    package var files: [SourceFile] = []
    /// A session's files at the moment of asking; their content lies with the session.
    package var pinned: [FileEntry] = []
    /// Arguments of the program.
    package var arguments: [ProgramArgument] = []
    /// What it reads from standard input.
    package var stdin = ""
    /// Its bounds.
    package var limits = RunLimits()
    /// Whether memory and CPU are recorded over time.
    package var wantsProfile = false
    /// Whether the sources are analysed beside it.
    package var wantsAnalysis = false
    /// A terminal for the members of the session.
    package var terminal: TerminalRequest?
    /// For whom the other services are asked.
    package var identity = Identity()
    /// When the run must have ended.
    package var deadline = Instant.zero

    /// For reading.
    package init() {}

    /// The table.
    package static let fields = Fields<RunSpec>(
        field("session_id", \.sessionID), field("language", \.language), field("entry", \.entry),
        field("files", \.files), field("pinned", \.pinned), field("arguments", \.arguments),
        field("stdin", \.stdin), field("limits", \.limits), field("wants_profile", \.wantsProfile),
        field("wants_analysis", \.wantsAnalysis), field("terminal", \.terminal),
        field("identity", \.identity), field("deadline", \.deadline))

    /// The spec of a snippet.
    package init(_ request: SnippetRequest, for identity: Identity, until deadline: Instant) {
        language = request.language
        entry = request.entry ?? request.files.first?.path ?? .zero
        files = request.files
        arguments = request.arguments
        stdin = request.stdin
        limits = request.limits
        wantsProfile = request.wantsProfile
        wantsAnalysis = request.wantsAnalysis
        self.identity = identity
        self.deadline = deadline
    }

    /// The spec of a run in a session.
    package init(
        _ request: RunRequest, in session: SessionID, _ language: LanguageID, _ entry: SourcePath,
        pinned: [FileEntry], for identity: Identity, until deadline: Instant
    ) {
        sessionID = session
        self.language = language
        self.entry = entry
        self.pinned = pinned
        arguments = request.arguments
        stdin = request.stdin
        limits = request.limits
        wantsProfile = request.wantsProfile
        wantsAnalysis = request.wantsAnalysis
        terminal = request.terminal
        self.identity = identity
        self.deadline = deadline
    }
}
