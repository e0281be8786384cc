import Contracts
import Testing

/// Every bound of an execution request: what lies on it is taken, what lies behind it is refused by name.
@Suite struct ExecutionRequestTests {
    private func faults(_ members: String) -> [String] {
        let text = #"{"language":"bash","files":[{"path":"main.sh","content":""}],\#(members)}"#
        do throws(WireFaults) {
            _ = try ExecutionRequest.decode(Array(text.utf8))
            return []
        } catch {
            return error.all.map { "\($0.pointer) \($0.code.rawValue)" }
        }
    }

    static let ends: [(String, Int, Int)] = [
        ("cpu_ms", 1, 60_000), ("wall_ms", 1, 180_000), ("memory_bytes", 4_194_304, 2_147_483_648),
        ("stack_bytes", 65_536, 1_073_741_824), ("processes", 1, 512), ("open_files", 8, 4096),
        ("file_bytes", 0, 268_435_456), ("disk_bytes", 0, 536_870_912), ("inodes", 16, 65_536),
        ("output_bytes", 0, 8_388_608), ("output_total_bytes", 0, 16_777_216),
    ]

    @Test("limits are taken up to their ends", arguments: ends)
    func limits(_ name: String, _ least: Int, _ most: Int) {
        for value in [least, most] {
            #expect(faults(#""limits":{"\#(name)":\#(value)}"#).isEmpty)
        }
        for value in ["\(least - 1)", "\(most + 1)", "1e400", "9999999999999999999"] {
            #expect(faults(#""limits":{"\#(name)":\#(value)}"#).count == 1, "\(name) \(value)")
        }
        for value in ["\"1\"", "1.5", "true", "[]"] {
            #expect(faults(#""limits":{"\#(name)":\#(value)}"#) == ["/limits/\(name) wrong_type"])
        }
    }

    /// Members of a request, an arrow, and the fault they make, if any.
    static let bounds: [String] = """
        "repeat":1 ->
        "repeat":100 ->
        "repeat":0 -> /repeat out_of_range
        "repeat":101 -> /repeat out_of_range
        "cases":[{}] ->
        "cases":[] -> /cases wrong_length
        "cases":[\(list("{}", 64))] ->
        "cases":[\(list("{}", 65))] -> /cases wrong_length
        "cases":[{"id":""}] -> /cases/0/id wrong_format
        "cases":[{"id":"a b"}] -> /cases/0/id wrong_format
        "cases":[{"id":"\(String(repeating: "x", count: 64))"}] ->
        "cases":[{"id":"\(String(repeating: "x", count: 65))"}] -> /cases/0/id wrong_format
        "cases":[{"expected":"a","checker":{"kind":"fuzzy"}}] -> /cases/0/checker/kind not_allowed
        "cases":[{"checker":{"kind":"floats","absolute":0,"relative":1}}] ->
        "cases":[{"checker":{"absolute":-0.1}}] -> /cases/0/checker/absolute out_of_range
        "cases":[{"checker":{"relative":1.1}}] -> /cases/0/checker/relative out_of_range
        "cases":[{"checker":{"relative":1e999}}] -> /cases/0/checker/relative out_of_range
        "collect":["out/*.png","**"] ->
        "collect":["../x"] -> /collect/0 wrong_format
        "collect":["/etc/passwd"] -> /collect/0 wrong_format
        "collect":["a//b"] -> /collect/0 wrong_format
        "collect":[""] -> /collect/0 wrong_length
        "collect":["a\\u0000b"] -> /collect/0 wrong_format
        "collect":[\(list("\"x\"", 16))] ->
        "collect":[\(list("\"x\"", 17))] -> /collect wrong_length
        "pipeline":{"stages":[]} -> /pipeline/stages wrong_length
        "pipeline":{"stages":[\(list(#"{"language":"c"}"#, 3))],"ring":true} ->
        "pipeline":{"stages":[\(list(#"{"language":"c"}"#, 4))]} -> /pipeline/stages wrong_length
        "pipeline":{"stages":[{"language":"c","stdin":""}]} -> /pipeline/stages/0/stdin unknown_field
        "args":["a\\u0000"] -> /args/0 wrong_format
        "env":{"A":"b"} ->
        "env":{"A":1} -> /env/A wrong_type
        "colour":"red" -> /colour unknown_field
        """.split(separator: "\n").map(String.init)

    private static func list(_ element: String, _ count: Int) -> String {
        Array(repeating: element, count: count).joined(separator: ",")
    }

    @Test("the other fields, too", arguments: bounds)
    func others(_ line: String) throws {
        let arrow = try #require(line.firstRange(of: " ->"))
        let wanted = line[arrow.upperBound...].drop { $0 == " " }
        #expect(faults(String(line[..<arrow.lowerBound])).joined() == wanted)
    }

    @Test("a spread tells the least, the lower middle and the nearest rank of 99 in 100")
    func spread() {
        #expect(Spread(of: [5]) == .with { ($0.min, $0.median, $0.p99) = (5, 5, 5) })
        #expect(Spread(of: [4, 1, 3, 2]) == .with { ($0.min, $0.median, $0.p99) = (1, 2, 4) })
        #expect(Spread(of: Array(1...100)) == .with { ($0.min, $0.median, $0.p99) = (1, 50, 99) })
        #expect(Spread(of: Array(1...200)).p99 == 198)
    }
}
