private import Contracts
private import Foundation

/// Reads and writes a run of 1 KB with the field table and with Foundation's Codable,
/// and prints microseconds per operation, best of many rounds, as JSON.
@main
struct CodecBench {
    static func main() throws {
        if CommandLine.arguments.count > 1 {
            print("Examples:\n  codec-bench    microseconds for a run of 1 KB, as JSON; it takes nothing")
            exit(["-h", "--help"].contains(CommandLine.arguments[1]) ? 0 : 64)
        }
        let bytes = Array(Sample.text.utf8)
        let data = Data(bytes)
        let run = try BenchRun.decode(bytes)
        let peer = try JSONDecoder().decode(CodableRun.self, from: data)
        let again = try BenchRun.decode(run.encode())
        precondition(again == run, "what is written reads back")
        let figures: [(String, Double)] = [
            ("bytes", Double(bytes.count)),
            ("table_read_us", try best { _ = try BenchRun.decode(bytes) }),
            ("table_write_us", best { _ = run.encode() }),
            ("codable_read_us", try best { _ = try JSONDecoder().decode(CodableRun.self, from: data) }),
            ("codable_write_us", try best { _ = try JSONEncoder().encode(peer) }),
        ]
        let members = figures.map { JSONMember($0.0, .number($0.1)) }
        FileHandle.standardOutput.write(Data(JSONValue.object(members).encode() + [0x0A]))
    }

    /// Microseconds per call: the best of 200 rounds of 50.
    private static func best(_ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        var least = Duration.seconds(1)
        for _ in 0..<200 {
            let elapsed = try clock.measure { for _ in 0..<50 { try body() } }
            least = min(least, elapsed)
        }
        return Double(least.components.attoseconds) / 1e12 / 50
    }
}
