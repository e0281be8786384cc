/// Programs that run at the same time behind the request's own, each in a sandbox of its own.
///
/// Each reads what the one before it writes. In a ring the first reads what the last writes: a program and
/// the one that talks with it (an interactor).
public struct PipelineRequest: WireObject, Equatable {
    /// The programs behind the request's own.
    public var stages: [StageRequest] = []
    /// Whether the first reads what the last writes; its `stdin` comes before that.
    public var isRing = false

    /// For reading.
    public init() {}

    /// stages, ring.
    public static let fields = Fields<PipelineRequest>(
        field("stages", \.stages, .count(1...ContractLimits.pipelineStages)), defaulted("ring", \.isRing))
}

/// One more program of a pipeline.
public struct StageRequest: WireObject, Equatable {
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
    /// Its bounds.
    public var limits = RunLimits()

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<StageRequest>(
        field("language", \.language),
        defaulted("files", \.files, .count(0...ContractLimits.filesPerRun)),
        field("entry", \.entry), field("artifact", \.artifact),
        defaulted("args", \.arguments, .count(0...ContractLimits.arguments)),
        defaulted("env", \.environment, .members(atMost: 64)), defaulted("limits", \.limits))
}
