package import Contracts

/// Reads what compilers, interpreters and analysers print, all into one model.
package enum DiagnosticParser {
    /// What was made of a tool's output.
    package struct Outcome: Sendable, Equatable {
        /// What the tool said about the sources, at most `Limits.diagnostics`.
        package var diagnostics: [Diagnostic] = []
        /// Lines of which nothing was made.
        package var rest: [String] = []
    }

    /// Bounds of what is made of one output.
    package enum Limits {
        /// Diagnostics of one run of a tool; nobody reads more, and a template error can give thousands.
        package static let diagnostics = 200
        /// Bytes of one message.
        package static let messageBytes = 4096
        /// Bytes of output of which nothing was made that an answer carries.
        package static let restBytes = 16 << 10
    }

    /// Reads an output.
    /// - Parameters:
    ///   - output: what the tool wrote to standard output and error.
    ///   - tool: the name to put into each diagnostic.
    package static func parse(
        _ output: String, as format: DiagnosticsFormat, tool: String, sources: SourceTexts
    ) -> Outcome {
        var reading = Reading(tool: tool, sources: sources)
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        switch format {
        case .gccJSON: GCCJSONParser.parse(lines, &reading)
        case .rustcJSON: RustcJSONParser.parse(lines, &reading)
        case .gccText, .clang, .swiftc, .go, .ruby: LocatedLineParser.parse(lines, format, &reading)
        case .javac: JavacParser.parse(lines, &reading)
        case .tsc: TypeScriptParser.parse(lines, &reading)
        case .python: PythonParser.parse(lines, &reading)
        case .node: NodeParser.parse(lines, &reading)
        case .php, .perl: TrailingPlaceParser.parse(lines, format, &reading)
        case .lua, .bash: ShellLikeParser.parse(lines, format, &reading)
        case .shellcheck: ShellCheckParser.parse(output, &reading)
        case .cppcheck: CppcheckParser.parse(lines, &reading)
        }
        return reading.outcome
    }
}

/// A parse under way.
struct Reading {
    let tool: String
    let sources: SourceTexts
    private(set) var outcome = DiagnosticParser.Outcome()
    private var seen: Set<String> = []

    init(tool: String, sources: SourceTexts) {
        self.tool = tool
        self.sources = sources
    }

    /// Adds a diagnostic, unless the same was said before or there are enough.
    mutating func add(
        _ severity: Diagnostic.Severity, _ message: some StringProtocol, code: String? = nil,
        path: SourcePath? = nil, range: SourceRange? = nil, related: [RelatedNote] = [],
        fixes: [DiagnosticFix] = [],
        tool: String? = nil
    ) {
        let key = "\(path?.text ?? "")\u{0}\(range?.startByte ?? -1)\u{0}\(message)"
        guard outcome.diagnostics.count < DiagnosticParser.Limits.diagnostics, seen.insert(key).inserted
        else {
            return
        }
        outcome.diagnostics.append(
            .with {
                $0.tool = tool ?? self.tool
                $0.severity = severity
                $0.message = cut(message)
                $0.code = code
                $0.path = path
                $0.range = range
                $0.related = related
                $0.fixes = fixes
            })
    }

    /// Adds to what the last diagnostic says.
    mutating func extendLast(_ text: String) {
        guard let last = outcome.diagnostics.indices.last else { return }
        outcome.diagnostics[last].message = cut("\(outcome.diagnostics[last].message)\n\(text)")
    }

    /// Hangs a remark on the last diagnostic; without one it is a diagnostic itself.
    mutating func relate(_ note: RelatedNote) {
        guard let last = outcome.diagnostics.indices.last else {
            return add(.note, note.message, path: note.path, range: note.range)
        }
        outcome.diagnostics[last].related.append(note)
    }

    mutating func leave(_ line: String) {
        if !line.allSatisfy(\.isWhitespace) { outcome.rest.append(line) }
    }

    private func cut(_ message: some StringProtocol) -> String {
        guard message.utf8.count > DiagnosticParser.Limits.messageBytes else { return String(message) }
        return String(decoding: message.utf8.prefix(DiagnosticParser.Limits.messageBytes), as: UTF8.self)
            + "…"
    }
}
