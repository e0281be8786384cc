/// A programming language as data: how to recognise it, find its tools, build, check and run programs in it.
///
/// One JSON file in `Deploy/languages` each. Argument templates are expanded by the `Languages` module, which
/// documents the placeholders.
public struct Language: WireObject, Equatable {
    /// The stable name, e.g. `python`.
    public var id = LanguageID.zero
    /// The name for people, e.g. `Python`.
    public var name = ""
    /// Other names that mean the same, lower case.
    public var aliases: [String] = []
    /// File name extensions without the dot; the first is the usual one.
    public var extensions: [String] = []
    /// Extensions of files that are read by sources but not named to the compiler, e.g. `h`.
    public var headerExtensions: [String] = []
    /// Whole file names that mean this language.
    public var filenames: [String] = []
    /// Interpreter names in a `#!` line.
    public var shebangs: [String] = []
    /// Pieces of text that speak for the language.
    public var hints: [LanguageHints] = []
    /// What an unnamed source file is called.
    public var source = ""
    /// The programs that the steps name.
    public var tools: [LanguageTool] = []
    /// How a program is built; nil when the source itself is run.
    public var compile: LanguageStep?
    /// How a source is checked without building it.
    public var check: LanguageStep?
    /// Tools that look for more than syntax.
    public var analysers: [LanguageAnalyser] = []
    /// How a program is run.
    public var run = LanguageStep()
    /// What the tools' complaints look like.
    public var diagnostics = DiagnosticsFormat.gccJSON
    /// Pieces of stderr after which a failed run is worth a syntax check.
    public var syntaxMarkers: [String] = []
    /// Pieces of stderr by which a runtime says that memory is out.
    public var memoryMarkers: [String] = []
    /// What comments, strings and branches look like.
    public var syntax = LanguageSyntax()
    /// A program that prints `Hello, World!` and a newline.
    public var hello = ""
    /// A program that copies its input to its output.
    public var echo = ""

    /// An empty definition.
    public init() {}

    /// The field table.
    public static let fields = Fields<Language>(
        field("id", \.id),
        field("name", \.name, .length(1...64)),
        defaulted("aliases", \.aliases, .count(0...16)),
        field("extensions", \.extensions, .count(1...16)),
        defaulted("header_extensions", \.headerExtensions, .count(0...8)),
        defaulted("filenames", \.filenames, .count(0...16)),
        defaulted("shebangs", \.shebangs, .count(0...8)),
        defaulted("hints", \.hints, .count(0...16)),
        field("source", \.source, .length(1...64)),
        field("tools", \.tools, .count(1...8)),
        field("compile", \.compile),
        field("check", \.check),
        defaulted("analysers", \.analysers, .count(0...4)),
        field("run", \.run),
        field("diagnostics", \.diagnostics),
        defaulted("syntax_markers", \.syntaxMarkers, .count(0...16)),
        defaulted("memory_markers", \.memoryMarkers, .count(0...16)),
        field("syntax", \.syntax),
        field("hello", \.hello, .length(1...4096)),
        field("echo", \.echo, .length(1...4096)))
}

/// Pieces of text that speak for a language equally loud.
public struct LanguageHints: WireObject, Equatable {
    /// How loud each of them speaks, 1 (a word of many languages) to 30 (no doubt).
    public var weight = 1
    /// The pieces; `^` binds one to the start of a line, `$` to its end, blanks aside.
    public var texts: [String] = []

    /// For reading.
    public init() {}

    /// weight, texts.
    public static let fields = Fields<LanguageHints>(
        field("weight", \.weight, .range(1...30)), field("texts", \.texts, .count(1...48)))
}

/// A tool that finds doubtful places in sources of a language.
public struct LanguageAnalyser: WireObject, Equatable {
    /// What findings name as their tool.
    public var name = ""
    /// The tool that must be there, by its name in the definition.
    public var tool = ""
    /// The command.
    public var step = LanguageStep()
    /// What its findings look like.
    public var diagnostics = DiagnosticsFormat.gccText

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<LanguageAnalyser>(
        field("name", \.name, .length(1...32)), field("tool", \.tool, .length(1...32)),
        field("step", \.step), field("diagnostics", \.diagnostics))
}
