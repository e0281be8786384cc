/// What a check found.
public struct DiagnosticReport: WireObject, Equatable {
    /// What the tools said.
    public var diagnostics: [Diagnostic] = []
    /// Which tool of which version said it.
    public var toolchain = ""
    /// Whether an earlier result was given again.
    public var isCached = false
    /// CPU time of the tools, microseconds; of the first time, when the result is given again.
    public var cpuMicroseconds = 0
    /// The most memory that the tools had at once, bytes.
    public var memoryPeakBytes = 0
    /// Which limit the tools ran into, if any.
    public var limit: Verdict?

    /// For reading.
    public init() {}

    /// Whether the sources cannot be run.
    public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// The table.
    public static let fields = Fields<DiagnosticReport>(
        field("diagnostics", \.diagnostics), defaulted("toolchain", \.toolchain),
        defaulted("cached", \.isCached), defaulted("cpu_us", \.cpuMicroseconds),
        defaulted("memory_peak_bytes", \.memoryPeakBytes), field("limit", \.limit))
}

/// In which dialect diagnostics are answered.
public enum ReportFormat: String, WireEnum {
    /// Our own model.
    case json
    /// An array of `PublishDiagnosticsParams` of the Language Server Protocol 3.17.
    case lsp
    /// SARIF 2.1.0.
    case sarif
}

/// The languages that are known.
public struct LanguageList: WireObject, Equatable {
    /// Ordered by id.
    public var items: [LanguageInfo] = []

    /// For reading.
    public init() {}

    /// A list.
    public init(items: [LanguageInfo]) { self.items = items }

    /// items.
    public static let fields = Fields<LanguageList>(field("items", \.items))
}

/// A language as clients see it.
public struct LanguageInfo: WireObject, Equatable {
    /// Its short name.
    public var id = LanguageID.zero
    /// Its name for people.
    public var name = ""
    /// Other short names.
    public var aliases: [String] = []
    /// File extensions without dot.
    public var extensions: [String] = []
    /// What an unnamed source file is called.
    public var source = ""
    /// Whether its tools are on this machine.
    public var isAvailable = false
    /// Whether it is compiled before it runs.
    public var isCompiled = false
    /// Its tools.
    public var tools: [ToolInfo] = []
    /// A program that prints `Hello, World!`.
    public var hello = ""

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<LanguageInfo>(
        field("id", \.id), field("name", \.name), field("aliases", \.aliases),
        field("extensions", \.extensions),
        field("source", \.source), field("available", \.isAvailable), field("compiled", \.isCompiled),
        field("tools", \.tools), field("hello", \.hello))
}

/// A tool of a language.
public struct ToolInfo: WireObject, Equatable {
    /// Its name.
    public var name = ""
    /// Its version, empty while it was not asked.
    public var version = ""

    /// For reading.
    public init() {}

    /// name, version.
    public static let fields = Fields<ToolInfo>(field("name", \.name), field("version", \.version))
}
