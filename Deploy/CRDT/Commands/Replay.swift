import ArgumentParser
import SystemKit

/// `crdt replay`: what a recorded session costs.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Replays an editing trace and prints what it costs.",
        usage: """
            crdt replay automerge-paper.json.gz
            crdt replay friendsforever.json.gz --repeat 5
            """,
        discussion: """
            Every patch is an edit with an update of its own; these are then applied one by one by another \
            document. Times are processor time in milliseconds.
            """)

    @Argument(help: "A trace of josephg/editing-traces, sequential or concurrent, gzipped or not.")
    var trace: String
    @Option(name: .customLong("repeat"), help: "Measure so often and take the middle.") var repeats = 1
    @Option(help: "Write the updates here, as `crdt apply` reads them.") var log: String?
    @Option(help: "Write the final state here, one update.") var state: String?

    func validate() throws {
        guard (1...100).contains(repeats) else { throw ValidationError("--repeat is 1 to 100") }
    }

    func run() throws {
        try Ending.naming {
            var replay = try TraceReplay(TraceReader.read(trace), path: trace)
            for _ in 0..<repeats { try replay.measure() }
            if let log { try FileBytes.replace(log, with: replay.updates.framed, mode: 0o644) }
            if let state { try FileBytes.replace(state, with: replay.state, mode: 0o644) }
            replay.report().show()
        }
    }
}
