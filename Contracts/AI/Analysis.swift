/// What is to be analysed.
public struct AnalysisRequest: WireObject, Equatable {
    /// The sources.
    public var files: [SourceFile] = []
    /// The language; detected for each file if absent.
    public var language: LanguageID?

    /// For reading.
    public init() {}

    /// files, language.
    public static let fields = Fields<AnalysisRequest>(
        field("files", \.files, .count(1...ContractLimits.filesPerRun)), field("language", \.language))
}

/// What was found.
public struct Analysis: WireObject, Equatable {
    /// Findings of all tools, worst first.
    public var findings: [Diagnostic] = []
    /// Figures of each file.
    public var metrics: [FileMetrics] = []
    /// The tools that ran.
    public var tools: [String] = []
    /// What is missing and why.
    public var degraded: [Degradation] = []
    /// The findings as SARIF 2.1.0.
    public var sarif: JSONValue?

    /// For reading.
    public init() {}

    /// findings, metrics, tools, degraded, sarif.
    public static let fields = Fields<Analysis>(
        field("findings", \.findings), field("metrics", \.metrics), field("tools", \.tools),
        field("degraded", \.degraded), field("sarif", \.sarif))
}

/// Figures of one file.
public struct FileMetrics: WireObject, Equatable {
    /// The file.
    public var path = SourcePath.zero
    /// Its language, as detected or given.
    public var language = LanguageID.zero
    /// All lines.
    public var lines = 0
    /// Lines with code.
    public var codeLines = 0
    /// Lines with nothing but comment.
    public var commentLines = 0
    /// Lines with nothing at all.
    public var blankLines = 0
    /// Functions found.
    public var functions = 0
    /// The longest function, lines.
    public var longestFunctionLines = 0
    /// Where the longest function begins, from 1; absent without functions.
    public var longestFunctionStart: Int?
    /// McCabe's cyclomatic complexity of the file: decisions + 1 for each function.
    public var complexity = 0
    /// The deepest nesting of blocks.
    public var nesting = 0

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<FileMetrics>(
        field("path", \.path), field("language", \.language), field("lines", \.lines),
        field("code_lines", \.codeLines), field("comment_lines", \.commentLines),
        field("functions", \.functions),
        field("longest_function_lines", \.longestFunctionLines),
        field("longest_function_start", \.longestFunctionStart), field("complexity", \.complexity),
        field("nesting", \.nesting))
}

/// A part of an answer that is missing.
public struct Degradation: WireObject, Equatable {
    /// Which part: a service or a tool.
    public var part = ""
    /// Why, for machines.
    public var code = ProblemCode.unavailable
    /// Why, in words.
    public var detail = ""

    /// For reading.
    public init() {}

    /// A missing part.
    public init(part: String, code: ProblemCode, detail: String) {
        self.part = part
        self.code = code
        self.detail = detail
    }

    /// part, code, detail.
    public static let fields = Fields<Degradation>(
        field("part", \.part), field("code", \.code), field("detail", \.detail))
}
