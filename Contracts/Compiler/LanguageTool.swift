/// A program that a language needs, and where it may be found.
public struct LanguageTool: WireObject, Equatable {
    /// The name by which templates mean it.
    public var name = ""
    /// Program names to look for along the search path, or absolute paths; `~` and `*` are expanded.
    public var candidates: [String] = []
    /// Pieces of real paths that are launchers of other versions, not the tool itself.
    public var avoid: [String] = []
    /// Arguments that make it say its version; empty for a tool whose version does not matter.
    public var versionArguments: [String] = []
    /// The text before the version in what it says.
    public var versionPrefix = ""
    /// Whether the language works without it.
    public var isOptional = false

    /// An empty definition.
    public init() {}

    /// The field table.
    public static let fields = Fields<LanguageTool>(
        field("name", \.name, .length(1...32)),
        field("candidates", \.candidates, .count(1...16)),
        defaulted("avoid", \.avoid, .count(0...8)),
        defaulted("version_arguments", \.versionArguments, .count(0...8)),
        defaulted("version_prefix", \.versionPrefix, .length(0...64)),
        defaulted("optional", \.isOptional))
}
