/// What is to be compiled.
public struct CompilationRequest: WireObject, Equatable {
    /// Whose compile step is used.
    public var language = LanguageID.zero
    /// The sources.
    public var files: [SourceFile] = []
    /// The main file; the first if absent.
    public var entry: SourcePath?
    /// How much the compiler shall think.
    public var optimization = Optimization.standard

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<CompilationRequest>(
        field("language", \.language), field("files", \.files, .count(1...ContractLimits.filesPerRun)),
        field("entry", \.entry), defaulted("optimization", \.optimization))
}

/// How much a compiler shall think about a program.
public enum Optimization: String, WireEnum {
    /// What is best for programs that run once.
    case standard = "default"
    /// For debuggers and profilers.
    case debug
    /// For long computations.
    case fast
}

/// How a compilation ended. A program that does not compile is a result, not a problem.
public struct Compilation: WireObject, Equatable {
    /// How it ended.
    public enum State: String, WireEnum {
        /// There is an artifact, or nothing to compile.
        case succeeded
        /// The sources are wrong; see the diagnostics.
        case failed
        /// The compiler ran into a limit.
        case limited = "limit_exceeded"
    }

    /// How it ended.
    public var state = State.succeeded
    /// What the tools said.
    public var diagnostics: [Diagnostic] = []
    /// What was made, by digest; absent for interpreted languages.
    public var artifact: Digest256?
    /// What the artifact is.
    public var artifactKind: ArtifactKind?
    /// What is started in a directory artifact: a class, a script.
    public var entryPoint: String?
    /// The artifact's size.
    public var artifactBytes: Int?
    /// Whether an earlier result was given again.
    public var isCached = false
    /// Wall time, microseconds.
    public var wallMicroseconds = 0
    /// CPU time of the tools, microseconds; of the first time, when the result is given again.
    public var cpuMicroseconds = 0
    /// The most memory that the tools had at once, bytes.
    public var memoryPeakBytes = 0
    /// Which tool of which version made it, e.g. `gcc 12.2.0`.
    public var toolchain = ""
    /// Which limit the tools ran into, in the executor's words.
    public var limit: Verdict?
    /// What the tool printed, as far as no diagnostic was made of it.
    public var output: String?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Compilation>(
        field("state", \.state), field("diagnostics", \.diagnostics), field("artifact", \.artifact),
        field("artifact_kind", \.artifactKind), field("entry_point", \.entryPoint),
        field("artifact_bytes", \.artifactBytes), defaulted("cached", \.isCached),
        defaulted("wall_us", \.wallMicroseconds), defaulted("cpu_us", \.cpuMicroseconds),
        defaulted("memory_peak_bytes", \.memoryPeakBytes), defaulted("toolchain", \.toolchain),
        field("limit", \.limit), field("output", \.output))
}
