import ArgumentParser
import CRDTCore

/// `crdt script`: random edits of two documents, the ones that `crdt_wasm.cjs` makes through WebAssembly.
struct Script: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a random script that the WebAssembly build runs, too, and prints its digest.",
        usage: "crdt script --operations 1000000 --seed 1")

    @Option(help: "How many operations.") var operations = 100_000
    @Option(help: "Decides everything; 1 to 2^32-1.") var seed: UInt32 = 1

    func validate() throws {
        guard seed > 0, operations >= 0 else { throw ValidationError("--seed and --operations are positive") }
    }

    func run() throws {
        let start = Cost.cpuMilliseconds
        var script = ScriptRun(seed: seed)
        for _ in 0..<operations { script.step() }
        script.finish()
        var report = Report()
        report.add("operations", count: operations)
        report.add("stream_bytes", count: script.stream.count)
        report.add("stream_sha256", text: Digest.hex(script.stream))
        report.add("cpu_ms", milliseconds: Cost.cpuMilliseconds - start)
        report.show()
    }
}
