/// Where a run stands, or how it ended.
public enum RunState: String, WireEnum {
    case queued, compiling, running
    case succeeded, failed
    case compileFailed = "compile_failed"
    case timedOut = "timed_out"
    case memoryExceeded = "memory_exceeded"
    case outputExceeded = "output_exceeded"
    case cancelled
    case internalError = "internal_error"

    /// Whether nothing will change any more.
    public var isFinal: Bool {
        switch self {
        case .queued, .compiling, .running: false
        default: true
        }
    }
}

/// What is to be run in a session.
public struct RunRequest: WireObject, Equatable {
    /// The file that is started; the only file, or `main.*`, if absent.
    public var entry: SourcePath?
    /// The language; found from the entry's name if absent.
    public var language: LanguageID?
    /// Arguments of the program.
    public var arguments: [ProgramArgument] = []
    /// What it reads from standard input.
    public var stdin = ""
    /// Its bounds.
    public var limits = RunLimits()
    /// Whether memory and CPU are recorded over time.
    public var wantsProfile = false
    /// Whether the sources are analysed beside it.
    public var wantsAnalysis = false
    /// A terminal in place of the standard streams, at which the members of the session sit together.
    public var terminal: TerminalRequest?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<RunRequest>(
        field("entry", \.entry), field("language", \.language),
        defaulted("args", \.arguments, .count(0...ContractLimits.arguments)),
        defaulted("stdin", \.stdin, .length(0...ContractLimits.stdinBytes)),
        defaulted("limits", \.limits), defaulted("profile", \.wantsProfile),
        defaulted("analyze", \.wantsAnalysis), field("terminal", \.terminal))
}

/// What is to be run without a session of one's own: `POST /v1/run`.
public struct SnippetRequest: WireObject, Equatable {
    /// The language.
    public var language = LanguageID.zero
    /// The sources.
    public var files: [SourceFile] = []
    /// The file that is started; the first if absent.
    public var entry: SourcePath?
    /// Arguments of the program.
    public var arguments: [ProgramArgument] = []
    /// What it reads from standard input.
    public var stdin = ""
    /// Its bounds.
    public var limits = RunLimits()
    /// Whether memory and CPU are recorded over time.
    public var wantsProfile = false
    /// Whether the sources are analysed beside it.
    public var wantsAnalysis = false

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<SnippetRequest>(
        field("language", \.language), field("files", \.files, .count(1...ContractLimits.filesPerRun)),
        field("entry", \.entry), defaulted("args", \.arguments, .count(0...ContractLimits.arguments)),
        defaulted("stdin", \.stdin, .length(0...ContractLimits.stdinBytes)),
        defaulted("limits", \.limits), defaulted("profile", \.wantsProfile),
        defaulted("analyze", \.wantsAnalysis))
}

/// A run as it stands.
public struct Run: WireObject, Equatable {
    /// Its name.
    public var id = RunID.zero
    /// The session it belongs to; absent for a snippet.
    public var sessionID: SessionID?
    /// Where it stands.
    public var state = RunState.queued
    /// The language.
    public var language = LanguageID.zero
    /// Who asked for it.
    public var requestedBy = UserID.zero
    /// When it was asked for.
    public var createdAt = Instant.zero
    /// When it ended.
    public var finishedAt: Instant?
    /// What the compiler said.
    public var compile: Compilation?
    /// The execution, once it is known.
    public var executionID: ExecutionID?
    /// How the program ended.
    public var execution: ExecutionResult?
    /// What the analysers found.
    public var findings: [Diagnostic]?
    /// Where its memory and CPU went.
    public var profileID: ProfileID?
    /// Parts that are missing and why.
    public var degraded: [Degradation] = []
    /// Where the time went.
    public var timings = RunTimings()
    /// Why it ended in `internal_error`, or in `failed` before a program ran.
    public var reason: String?
    /// The files whose live text was run instead of the stored one, each at an exact version.
    public var liveSources: [LiveSource] = []
    /// The size of its terminal, if it has one.
    public var terminal: ScreenSize?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Run>(
        field("id", \.id), field("session_id", \.sessionID), field("state", \.state),
        field("language", \.language),
        field("requested_by", \.requestedBy), field("created_at", \.createdAt),
        field("finished_at", \.finishedAt),
        field("compile", \.compile), field("execution_id", \.executionID), field("execution", \.execution),
        field("findings", \.findings), field("profile_id", \.profileID), field("degraded", \.degraded),
        field("timings", \.timings), field("reason", \.reason), defaulted("live_sources", \.liveSources),
        field("terminal", \.terminal))
}

/// A file that was run as its editors saw it.
public struct LiveSource: WireObject, Equatable {
    /// Where it lies.
    public var path = SourcePath.zero
    /// The version of the live document; `.../docs/{document}/versions/{sequence}` is its text.
    public var sequence = 0

    /// For reading.
    public init() {}

    /// path, sequence.
    public static let fields = Fields<LiveSource>(field("path", \.path), field("sequence", \.sequence))
}

/// Where a run's time went, milliseconds.
public struct RunTimings: WireObject, Equatable {
    /// Before a worker took it.
    public var queueMilliseconds = 0.0
    /// In the compiler.
    public var compileMilliseconds = 0.0
    /// In the executor.
    public var executeMilliseconds = 0.0
    /// From acceptance to the end.
    public var totalMilliseconds = 0.0

    /// Nothing measured yet.
    public init() {}

    /// The table.
    public static let fields = Fields<RunTimings>(
        field("queue_ms", \.queueMilliseconds), field("compile_ms", \.compileMilliseconds),
        field("execute_ms", \.executeMilliseconds), field("total_ms", \.totalMilliseconds))
}

/// What happens during a run; the SSE event name is `kind`.
public struct RunEvent: WireObject, Equatable {
    /// Kinds of events.
    public enum Kind: String, WireEnum {
        case state, compile, stdout, stderr, resize, usage, findings, finished
    }

    /// Counts from 1 within the run; the SSE id.
    public var sequence = 0
    /// When.
    public var at = Instant.zero
    /// What happened.
    public var kind = Kind.state
    /// For `state`: the new one.
    public var state: RunState?
    /// For `stdout` and `stderr`: the bytes.
    public var content: String?
    /// How `content` is to be read; utf8 if absent.
    public var encoding: ContentEncoding?
    /// For `compile`: what the compiler said.
    public var compile: Compilation?
    /// For `findings`: what the analysers found.
    public var findings: [Diagnostic]?
    /// For `usage`: a sample.
    public var usage: UsageSample?
    /// For `resize`: how large the terminal is from now on.
    public var size: ScreenSize?
    /// For `finished`: the run.
    public var run: Run?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<RunEvent>(
        field("seq", \.sequence), field("at", \.at), field("kind", \.kind), field("state", \.state),
        field("content", \.content), field("encoding", \.encoding), field("compile", \.compile),
        field("findings", \.findings), field("usage", \.usage), field("size", \.size),
        field("run", \.run))
}
