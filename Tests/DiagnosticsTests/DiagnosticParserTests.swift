import Contracts
import Diagnostics
import Testing

/// One recorded complaint and what must be made of it.
struct Recorded: Sendable, CustomTestStringConvertible {
    let format: DiagnosticsFormat
    let path: String
    let source: String
    let output: String
    /// `line:column-endLine:endColumn severity [code] message` of each diagnostic.
    let expected: [String]

    var testDescription: String { "\(format.rawValue): \(expected.first ?? "")" }
}

@Suite struct DiagnosticParserTests {
    @Test("reads what the tool really printed", arguments: RecordedOutputs.all)
    func reads(recorded: Recorded) throws {
        let file = SourceFile(try SourcePath(recorded.path), recorded.source)
        let outcome = DiagnosticParser.parse(
            recorded.output, as: recorded.format, tool: "tool", sources: SourceTexts([file]))
        #expect(outcome.diagnostics.map(\.line) == recorded.expected)
        for diagnostic in outcome.diagnostics where diagnostic.path != nil {
            let range = try #require(diagnostic.range)
            #expect(range.endByte <= recorded.source.utf8.count && range.startByte <= range.endByte)
        }
    }

    @Test("a proposed change becomes edits")
    func readsFixes() throws {
        let recorded = RecordedOutputs.gccFix
        let file = SourceFile(try SourcePath(recorded.path), recorded.source)
        let outcome = DiagnosticParser.parse(
            recorded.output, as: .gccJSON, tool: "g++", sources: SourceTexts([file]))
        let edit = try #require(outcome.diagnostics.first?.fixes.first?.edits.first)
        #expect(edit.text == "push_back")
        #expect(edit.range.line == 4 && edit.range.column == 7 && edit.range.endColumn == 15)
        #expect(outcome.diagnostics.first?.fixes.first?.title == "Replace by 'push_back'")
    }

    @Test("garbage of any format neither crashes nor invents", arguments: DiagnosticsFormat.allCases)
    func survivesGarbage(format: DiagnosticsFormat) throws {
        let file = SourceFile(try SourcePath("main.c"), "int x;\n")
        let pieces = [
            "main.c:", "99999999999999999999:", "1:", " error: ", "[{", "\t", "\"", "`'", " line ", "^", "\n",
        ]
        var generator = SeededGenerator(seed: 20_261_123)
        for _ in 0..<2000 {
            let text = (0..<12).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            let outcome = DiagnosticParser.parse(text, as: format, tool: "t", sources: SourceTexts([file]))
            #expect(outcome.diagnostics.allSatisfy { ($0.range?.endByte ?? 0) <= 7 })
        }
    }

    @Test("a flood is cut at the limit")
    func cutsFloods() throws {
        let file = SourceFile(try SourcePath("a.go"), String(repeating: "x\n", count: 1000))
        let flood = (1...1000).map { "./a.go:\($0):1: undefined: x" }.joined(separator: "\n")
        let outcome = DiagnosticParser.parse(flood, as: .go, tool: "go", sources: SourceTexts([file]))
        #expect(outcome.diagnostics.count == DiagnosticParser.Limits.diagnostics)
    }
}

extension Diagnostic {
    /// The diagnostic in one line, for tables.
    var line: String {
        let place = range.map { "\($0.line):\($0.column)-\($0.endLine):\($0.endColumn)" } ?? "-"
        return "\(place) \(severity.rawValue) [\(code ?? "")] \(message)"
    }
}

/// SplitMix64, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
