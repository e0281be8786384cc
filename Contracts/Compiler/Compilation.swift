/// What is to be compiled.
public struct CompilationRequest: WireObject, Equatable {
    /// Whose compile step is used.
    public var language = LanguageID.zero
    /// The sources.
    public var files: [SourceFile] = []
    /// The main file; the first if absent.
    public var entry: SourcePath?

    /// For reading.
    public init() {}

    /// language, files, entry.
    public static let fields = Fields<CompilationRequest>(
        field("language", \.language), field("files", \.files, .count(1...ContractLimits.filesPerRun)),
        field("entry", \.entry))
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
    /// The artifact's size.
    public var artifactBytes: Int?
    /// Whether an earlier result was given again.
    public var isCached = false
    /// Wall time, microseconds.
    public var wallMicroseconds = 0
    /// What the tool printed, as far as no diagnostic was made of it.
    public var output: String?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Compilation>(
        field("state", \.state), field("diagnostics", \.diagnostics), field("artifact", \.artifact),
        field("artifact_bytes", \.artifactBytes), field("cached", \.isCached), field("wall_us", \.wallMicroseconds),
        field("output", \.output))
}
