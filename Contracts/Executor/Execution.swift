/// What is to be run: a language and its files (or an artifact of the compiler), and what it gets.
public struct ExecutionRequest: WireObject, Equatable {
    /// Whose run step is used.
    public var language = LanguageID.zero
    /// The files that lie in the working directory.
    public var files: [SourceFile] = []
    /// The file that is started, for interpreted languages; the first file if absent.
    public var entry: SourcePath?
    /// What the compiler made, by digest; absent for interpreted languages.
    public var artifact: Digest256?
    /// Arguments of the program.
    public var arguments: [ProgramArgument] = []
    /// Its environment, beside the few variables that every program gets.
    public var environment: [String: ProgramArgument] = [:]
    /// What it reads from standard input.
    public var stdin = ""
    /// Whether standard input stays open for `POST …/stdin`.
    public var keepsStdinOpen = false
    /// Its bounds.
    public var limits = RunLimits()
    /// Whether usage samples are wanted, 100 a second.
    public var samplesUsage = false
    /// Whether the system calls it tries are wanted, each with how often and whether it was refused; it runs
    /// several times slower.
    public var reportsCalls = false
    /// Files to bring back when the program and everything it started are dead.
    public var collect: [CollectPattern] = []
    /// Inputs to run the program on, one after the other, each in a fresh sandbox.
    public var cases: [CaseRequest]?
    /// Whether the cases behind the first that is not accepted are left out.
    public var stopsAtFirstFailure = false
    /// How often the program is run, for its figures.
    public var repetitions: Int?
    /// The programs that the output goes through.
    public var pipeline: PipelineRequest?
    /// A terminal in place of the standard streams; `stdin` is typed first, limits of output do not hold.
    public var terminal: TerminalRequest?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<ExecutionRequest>(
        field("language", \.language),
        defaulted("files", \.files, .count(0...ContractLimits.filesPerRun)),
        field("entry", \.entry), field("artifact", \.artifact),
        defaulted("args", \.arguments, .count(0...ContractLimits.arguments)),
        defaulted("env", \.environment, .members(atMost: 64)),
        defaulted("stdin", \.stdin, .length(0...ContractLimits.stdinBytes)),
        defaulted("keep_stdin_open", \.keepsStdinOpen),
        defaulted("limits", \.limits), defaulted("sample_usage", \.samplesUsage),
        defaulted("report", \.reportsCalls),
        defaulted("collect", \.collect, .count(0...ContractLimits.collectPatterns)),
        field("cases", \.cases, .count(1...ContractLimits.cases)),
        defaulted("stop_at_first_failure", \.stopsAtFirstFailure),
        field("repeat", \.repetitions, .range(1...ContractLimits.repetitions)),
        field("pipeline", \.pipeline), field("terminal", \.terminal))
}

/// Where an execution stands.
public enum ExecutionState: String, WireEnum {
    case queued, running, finished
}

/// How a program ended; one verdict by fixed precedence, worst first (field notes: executor, 5.2).
public enum Verdict: String, WireEnum {
    case internalError = "internal_error"
    case securityViolation = "security_violation"
    case memoryLimit = "memory_limit"
    case cpuLimit = "cpu_limit"
    case wallLimit = "wall_limit"
    case outputLimit = "output_limit"
    case fileLimit = "file_limit"
    case processLimit = "process_limit"
    case cancelled
    case signalled
    case nonzeroExit = "nonzero_exit"
    case ok
}

/// An execution as it stands.
public struct Execution: WireObject, Equatable {
    /// Its name.
    public var id = ExecutionID.zero
    /// Where it stands.
    public var state = ExecutionState.queued
    /// When it was accepted.
    public var createdAt = Instant.zero
    /// How it ended, once it has.
    public var result: ExecutionResult?

    /// For reading.
    public init() {}

    /// id, state, created_at, result.
    public static let fields = Fields<Execution>(
        field("id", \.id), field("state", \.state), field("created_at", \.createdAt),
        field("result", \.result))
}

/// How a program ended and what it used.
public struct ExecutionResult: WireObject, Equatable {
    /// The verdict.
    public var verdict = Verdict.ok
    /// Everything that happened, the verdict among it.
    public var flags: [Verdict] = []
    /// Its exit status, if it exited.
    public var exitCode: Int?
    /// The signal that ended it, e.g. `SIGSEGV`.
    public var signal: String?
    /// CPU time in user mode, microseconds.
    public var cpuUserMicroseconds = 0
    /// CPU time in the kernel, microseconds.
    public var cpuSystemMicroseconds = 0
    /// Wall time from exec to exit, microseconds.
    public var wallMicroseconds = 0
    /// The most memory it had at once, bytes.
    public var memoryPeakBytes = 0
    /// Where the memory figure comes from: cgroup_v1, cgroup_v2 or rss.
    public var memoryBasis = ""
    /// The most processes it had at once.
    public var processesPeak: Int?
    /// What it wrote to standard output.
    public var stdout = CapturedOutput()
    /// What it wrote to standard error.
    public var stderr = CapturedOutput()
    /// Time before the program started: waiting for a place, microseconds.
    public var queueMicroseconds = 0
    /// Time before the program started: building the sandbox, microseconds.
    public var setupMicroseconds = 0
    /// Whether the sandbox stood ready or was built for this program; absent when there was none.
    public var sandbox: SandboxOrigin?
    /// What went wrong, for `internal_error` on our side; what a verdict alone does not say.
    public var reason: String?
    /// The files brought back, for a request that asked for some.
    public var files: [ProducedFile]?
    /// Matching files that are not among `files`, because of their number or size.
    public var filesLeftOut: Int?
    /// The system calls it tried, for a request that asked for a report.
    public var calls: CallReport?
    /// What the checkers said of all cases together.
    public var grade: Grade?
    /// The cases, repetitions or pipeline stages; the figures above are then their sums and maxima.
    public var parts: [PartResult]?
    /// How the repetitions spread.
    public var spread: RepetitionFigures?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<ExecutionResult>(
        field("verdict", \.verdict), field("flags", \.flags), field("exit_code", \.exitCode),
        field("signal", \.signal),
        field("cpu_user_us", \.cpuUserMicroseconds), field("cpu_system_us", \.cpuSystemMicroseconds),
        field("wall_us", \.wallMicroseconds), field("memory_peak_bytes", \.memoryPeakBytes),
        field("memory_basis", \.memoryBasis), field("processes_peak", \.processesPeak),
        field("stdout", \.stdout), field("stderr", \.stderr), field("queue_us", \.queueMicroseconds),
        field("setup_us", \.setupMicroseconds), field("sandbox", \.sandbox), field("reason", \.reason),
        field("files", \.files), field("files_left_out", \.filesLeftOut), field("report", \.calls),
        field("grade", \.grade),
        field("parts", \.parts), field("spread", \.spread))
}

/// Where a program's sandbox came from; it is never used twice.
public enum SandboxOrigin: String, WireEnum {
    /// It stood ready, and in it the language's interpreter, which had only its script to open: its own start
    /// is not counted in CPU time and wall time.
    case warm
    /// It stood ready.
    case pooled
    /// It was built when it was needed.
    case cold
}

/// The kept beginning of an output stream.
public struct CapturedOutput: WireObject, Equatable {
    /// Text, or base64 when the bytes are not UTF-8.
    public var content = ""
    /// How `content` is to be read.
    public var encoding = ContentEncoding.utf8
    /// Bytes the program wrote in all.
    public var totalBytes = 0
    /// Whether less is kept than was written.
    public var isTruncated = false

    /// Nothing was written.
    public init() {}

    /// content, encoding, total_bytes, truncated.
    public static let fields = Fields<CapturedOutput>(
        field("content", \.content), field("encoding", \.encoding), field("total_bytes", \.totalBytes),
        field("truncated", \.isTruncated))
}
