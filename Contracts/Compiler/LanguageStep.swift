/// One command of a language: build, check or run.
public struct LanguageStep: WireObject, Equatable {
    /// The command with placeholders.
    public var arguments: [String] = []
    /// Environment beyond the sandbox's own; values may hold placeholders.
    public var environment: [String: String] = [:]
    /// Host directories, beside the tools' own, that the command reads; missing ones are left out.
    public var mounts: [String] = []
    /// Texts that lie in the working directory beside the sources, by name.
    public var files: [String: String] = [:]
    /// For a build: the file or directory it makes, relative to the working directory.
    public var output: String?
    /// For a build: what `output` is.
    public var artifact: ArtifactKind?
    /// For a build of a directory: what is started in it; `{stem}` is the entry file without its extension,
    /// `{class}` the class in it that has a `main`.
    public var entryPoint: String?
    /// The limits the command needs; absent ones are the sandbox profile's.
    public var limits = StepLimits()
    /// Optimisation levels that a request may choose, and the arguments they stand for.
    public var optimizations: [String: [String]] = [:]

    /// For a run: how many of its interpreters may wait, started, for a script; 0 starts each when it is
    /// asked for.
    public var warm = 0

    /// An empty step.
    public init() {}

    /// The field table.
    public static let fields = Fields<LanguageStep>(
        field("arguments", \.arguments, .count(1...64)),
        defaulted("environment", \.environment, .members(atMost: 32)),
        defaulted("mounts", \.mounts, .count(0...16)),
        defaulted("files", \.files, .members(atMost: 4)),
        field("output", \.output, .length(1...128)),
        field("artifact", \.artifact),
        field("entry_point", \.entryPoint, .length(1...64)),
        defaulted("limits", \.limits),
        defaulted("optimizations", \.optimizations, .members(atMost: 8)),
        defaulted("warm", \.warm, .range(0...16)))
}

/// Limits of one step; absent ones are the sandbox profile's.
public struct StepLimits: WireObject, Equatable {
    /// CPU time in milliseconds.
    public var cpuMilliseconds: Int?
    /// Wall time in milliseconds.
    public var wallMilliseconds: Int?
    /// Memory in bytes.
    public var memoryBytes: Int?
    /// Processes and threads.
    public var processes: Int?

    /// No limit of its own.
    public init() {}

    /// The field table.
    public static let fields = Fields<StepLimits>(
        field("cpu_ms", \.cpuMilliseconds, .range(1...120_000)),
        field("wall_ms", \.wallMilliseconds, .range(1...240_000)),
        field("memory_bytes", \.memoryBytes, .range(1_048_576...8_589_934_592)),
        field("processes", \.processes, .range(1...1024)))
}

/// What a build leaves behind.
public enum ArtifactKind: String, WireEnum {
    /// One executable file.
    case executable
    /// A directory, kept as one bundle.
    case directory
}

/// What a tool's complaints look like, which decides how they are read.
public enum DiagnosticsFormat: String, WireEnum {
    case gccJSON = "gcc-json"
    case gccText = "gcc-text"
    case clang, swiftc
    case rustcJSON = "rustc-json"
    case javac, tsc, go, python, node, ruby, php, lua, perl, bash
    /// Analysers that belong to no single language.
    case shellcheck, cppcheck
}
