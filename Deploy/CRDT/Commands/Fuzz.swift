import ArgumentParser
import CRDTCore
import Glibc
import SystemKit

/// `crdt fuzz`: random sessions compared with another engine.
struct Fuzz: ParsableCommand {
    enum Engine: String, ExpressibleByArgument { case yjs, yrs }

    static let configuration = CommandConfiguration(
        abstract: "Compares random sessions with node-yjs, byte for byte, or with yrs.",
        usage: """
            crdt fuzz --sessions 100 --seed 1
            crdt fuzz --sessions 100 --seed 1 --peer yrs --python .build/venv/bin/python
            """,
        discussion: """
            Session N has the seed S + N: a difference is shown again with --sessions 1 and that seed. \
            node-yjs is Debian's node-yjs, yrs is PyPI's pycrdt.
            """)

    @Option(help: "How many sessions.") var sessions = 100
    @Option(help: "Decides everything.") var seed: UInt64 = 1
    @Option(help: "yjs or yrs.") var peer = Engine.yjs
    @Option(help: "The peer's script, if not in Tests/Clients above this executable.") var nodeScript: String?
    @Option(help: "The Python that has pycrdt.") var python = "python3"
    @Option(help: "Write what differs into this folder: seed-N.ours, .theirs, .log.") var keep: String?

    func validate() throws {
        guard sessions >= 1 else { throw ValidationError("--sessions: at least 1, got \(sessions)") }
    }

    func run() throws {
        try Ending.naming {
            let other = try Peer(try command())
            var total = (updates: 0, comparisons: 0, differences: 0)
            for index in 0..<UInt64(sessions) {
                let tally = try session(other, seed: seed &+ index)
                total.updates += tally.updates
                total.comparisons += tally.comparisons
                total.differences += tally.differences.count
                if (index + 1) % 1000 == 0 {
                    Console.tell("\(index + 1) sessions, \(total.differences) differences")
                }
            }
            var report = Report()
            report.add("sessions", count: sessions)
            report.add("updates", count: total.updates)
            report.add("comparisons", count: total.comparisons)
            report.add("differences", count: total.differences)
            report.show()
            if total.differences > 0 { throw ExitCode(1) }
        }
    }

    private func session(_ other: Peer, seed: UInt64) throws -> FuzzTally {
        var session = FuzzSession(other, seed: seed, strict: peer == .yjs)
        var tally: FuzzTally
        do {
            tally = try session.run(seed: seed)
        } catch let fault as UpdateFault {
            tally = session.tally
            tally.fail("a good update is refused: \(fault)")
        }
        for (name, bytes) in tally.evidence {
            if let keep { try FileBytes.replace("\(keep)/seed-\(seed).\(name)", with: bytes, mode: 0o644) }
        }
        for difference in tally.differences.prefix(5) {
            Console.tell("seed \(seed) \(tally.flavour): \(difference.prefix(2000))")
        }
        return tally
    }

    private func command() throws -> [String] {
        switch peer {
        case .yjs: ["node", try nodeScript ?? Self.script("crdt_oracle.cjs")]
        case .yrs: [python, try nodeScript ?? Self.script("crdt_oracle.py")]
        }
    }

    /// `Tests/Clients/NAME` in the directory of this executable or in one above it.
    static func script(_ name: String) throws -> String {
        guard let own = realpath("/proc/self/exe", nil) else {
            throw PeerFailure(problem: "this executable cannot be found: give --node-script")
        }
        defer { free(own) }
        var directory = String(cString: own)[...]
        while let slash = directory.lastIndex(of: "/") {
            directory = directory[..<slash]
            let path = "\(directory)/Tests/Clients/\(name)"
            if access(path, R_OK) == 0 { return path }
        }
        throw PeerFailure(problem: "Tests/Clients/\(name) is not above this executable: give --node-script")
    }
}
