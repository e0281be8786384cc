import Contracts
import Diagnostics
import Testing

@Suite struct ReportTests {
    let diagnostic: Diagnostic

    init() throws {
        let path = try SourcePath("src/ä b.c")
        diagnostic = .with {
            $0.path = path
            $0.tool = "gcc"
            $0.code = "-Wunused"
            $0.severity = .warning
            $0.message = "unused"
            $0.range = SourceText("int x;\n").range(4, 5)
        }
    }

    @Test("SARIF has rules, levels, regions and percent-encoded paths")
    func writesSARIF() throws {
        let log = SARIF.log([diagnostic])
        let run = try #require(log["runs"]?.elements?.first)
        #expect(run["tool"]?["driver"]?["rules"]?.elements?.first?["id"]?.text == "-Wunused")
        let result = try #require(run["results"]?.elements?.first)
        #expect(result["level"]?.text == "warning" && result["ruleIndex"]?.integer == 0)
        let physical = result["locations"]?.elements?.first?["physicalLocation"]
        #expect(physical?["artifactLocation"]?["uri"]?.text == "src/%C3%A4%20b.c")
        #expect(physical?["region"]?["startColumn"]?.integer == 5)
    }

    @Test("LSP counts from zero and names files without complaints too")
    func writesLSP() throws {
        let other = try SourcePath("other.c")
        let path = try #require(diagnostic.path)
        let parameters = try #require(
            LSPDiagnostics.parameters(for: [diagnostic], files: [path, other]).elements)
        #expect(parameters.count == 2)
        let entry = try #require(parameters[0]["diagnostics"]?.elements?.first)
        #expect(entry["range"]?["start"]?["character"]?.integer == 4)
        #expect(entry["severity"]?.integer == 2)
        #expect(parameters[1]["diagnostics"]?.elements?.isEmpty == true)
    }
}
