/// What a language's text looks like, as far as counting lines, branches and functions needs it.
public struct LanguageSyntax: WireObject, Equatable {
    /// What starts a comment that ends with the line.
    public var lineComments: [String] = []
    /// Openers and closers of longer comments, alternating.
    public var blockComments: [String] = []
    /// String delimiters; longer ones first.
    public var strings: [String] = []
    /// Words and operators that add one path through a function.
    public var branches: [String] = []
    /// Words that begin a function; empty where only shape tells.
    public var functions: [String] = []
    /// Whether `name(…) {` is a function too.
    public var hasUnmarkedFunctions = false
    /// How blocks are marked.
    public var blocks = BlockStyle.braces
    /// For `end` blocks: the words that open one.
    public var openers: [String] = []

    /// An empty description.
    public init() {}

    /// The field table.
    public static let fields = Fields<LanguageSyntax>(
        defaulted("line_comments", \.lineComments, .count(0...8)),
        defaulted("block_comments", \.blockComments, .count(0...8)),
        defaulted("strings", \.strings, .count(0...8)),
        defaulted("branches", \.branches, .count(0...32)),
        defaulted("functions", \.functions, .count(0...8)),
        defaulted("unmarked_functions", \.hasUnmarkedFunctions),
        defaulted("blocks", \.blocks),
        defaulted("openers", \.openers, .count(0...16)))
}

/// How a language marks blocks.
public enum BlockStyle: String, WireEnum {
    case braces, indentation
    /// Words open and `end` (or its like) closes.
    case end
}
