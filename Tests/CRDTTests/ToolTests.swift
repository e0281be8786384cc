import Foundation
import Testing

/// The tool as people call it.
@Suite("crdt", .enabled(if: Program.hasTool, "crdt is not built: make build")) struct ToolTests {
    private static let trace = """
        {"startContent": "ab", "endContent": "héé😀b!", "txns": [
          {"time": "x", "patches": [[0, 1, "h"]]}, {"patches": [[1, 0, "éé"], [3, 0, "\\ud83d\\ude00"]]},
          {"patches": [[5, 0, "!"]]}]}
        """
    private static let concurrent = """
        {"kind": "concurrent", "endContent": "12a34", "numAgents": 2, "txns": [
          {"parents": [], "agent": 0, "patches": [[0, 0, "a"]]},
          {"parents": [0], "agent": 0, "patches": [[0, 0, "1"], [1, 0, "2"]]},
          {"parents": [0], "agent": 1, "patches": [[1, 0, "3"]]},
          {"parents": [1, 2], "agent": 1, "patches": [[4, 0, "4"]]}]}
        """

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("its help starts with examples")
    func help() throws {
        let outcome = try Program.crdt("--help")
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("USAGE: crdt replay"))
    }

    @Test("a trace ends with its text, and what was promised is told", arguments: [trace, concurrent])
    func replay(trace: String) throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.crdt("replay", try folder.write("trace.json", Array(trace.utf8)))
        #expect(outcome.status == 0, "\(outcome.words)")
        let told = try object(outcome.output)
        #expect(told["edits"] as? Int == (trace == Self.trace ? 4 : 5))
        let promised = [
            "text_sha256", "local_cpu_ms", "remote_cpu_ms", "load_cpu_ms", "encode_cpu_ms", "encoded_bytes",
            "snapshot_bytes", "structs", "peak_rss_bytes",
        ]
        for name in promised { #expect(told[name] != nil, "\(name)") }
    }

    @Test("the log of a replay applies to the same state")
    func logs() throws {
        let folder = try TemporaryFolder()
        let trace = try folder.write("trace.json", Array(Self.trace.utf8))
        let log = "\(folder.path)/log"
        let replayed = try object(try Program.crdt("replay", trace, "--log", log).output)
        let applied = try object(try Program.crdt("apply", log).output)
        #expect(applied["text_sha256"] as? String == replayed["text_sha256"] as? String)
        #expect(applied["state_sha256"] as? String == replayed["state_sha256"] as? String)
    }

    private static let badTraces = [
        "", "{", "[]", "{\"txns\": []}", "{\"txns\": [{\"patches\": [[0]]}]}",
        "{\"endContent\": \"a\", \"txns\": [{\"patches\": [[5, 0, \"a\"]]}]}",
        "{\"endContent\": \"b\", \"txns\": [{\"patches\": [[0, 0, \"a\"]]}]}",
        "{\"endContent\": \"a\", \"txns\": [{\"patches\": [[0, 99999999999999999999, \"a\"]]}]}",
        "{\"kind\": \"concurrent\", \"numAgents\": 1, \"txns\": [{\"agent\": 1, \"patches\": []}]}",
        "{\"kind\": \"concurrent\", \"numAgents\": 1, \"txns\": [{\"parents\": [3], \"patches\": []}]}",
        String(repeating: "{\"a\":", count: 5000), "\u{1F}\u{8B}\u{8}",
    ]

    @Test("a bad trace is named and ends with 65", arguments: badTraces)
    func badTrace(text: String) throws {
        let folder = try TemporaryFolder()
        let bytes = text.hasPrefix("\u{1F}") ? [0x1F, 0x8B, 8, 0, 0, 0] : Array(text.utf8)
        let outcome = try Program.crdt("replay", try folder.write("trace.json.gz", bytes))
        #expect(outcome.status == 65, "\(outcome.words)")
        #expect(outcome.words.contains("trace.json.gz"))
    }

    @Test(
        "a bad log is named and ends with 65",
        arguments: [[1], [9, 0, 0, 0, 1], [2, 0, 0, 0, 1, 0], [0, 0, 0, 0], [255, 255, 255, 255, 0]])
    func badLog(bytes: [UInt8]) throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.crdt("apply", try folder.write("log.upd.gz", bytes))
        #expect(outcome.status == 65, "\(outcome.words)")
        #expect(outcome.words.contains("log.upd.gz"))
    }

    @Test("a missing file ends with 66")
    func missing() throws { #expect(try Program.crdt("apply", "/nowhere/log.upd").status == 66) }
}
