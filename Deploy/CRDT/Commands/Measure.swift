import ArgumentParser
import CRDTCore
import Glibc
import SystemKit

/// `crdt measure`: what no trace shows.
struct Measure: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures merging without a document, and applying a log.",
        usage: """
            crdt measure merge --write small.upd   merges 20,000, 200,000 and 2,000,000 small updates
            crdt measure apply conflicts.upd       applies a log to an empty document
            crdt measure growth                    what each operation costs in documents of size 1, 10, 100
            """,
        subcommands: [MeasureMerge.self, MeasureApply.self, MeasureGrowth.self])
}

/// `crdt measure merge`.
struct MeasureMerge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Merges small updates of one author who types here and there.")

    @Option(help: "The smallest size; ten and a hundred times as many follow.") var updates = 20_000
    @Option(help: "Also write the smallest log here, for the peers.") var write: String?
    @Flag(help: "Merge them in a random order.") var shuffled = false

    func run() throws {
        let log = typed(updates * 100)
        if let write { try FileBytes.replace(write, with: Array(log.prefix(updates)).framed, mode: 0o644) }
        var report = Report()
        for factor in [1, 10, 100] {
            var part = Array(log[..<(updates * factor)])
            if shuffled { shuffle(&part) }
            var costs: [Double] = []
            for _ in 0..<(factor == 1 ? 9 : 3) {
                let start = Cost.cpuMilliseconds
                let merged = try UpdateTool.merge(part)
                costs.append(Cost.cpuMilliseconds - start)
                precondition(!merged.isEmpty, "a merge is an update")
            }
            report.add("merge_x\(factor)_cpu_ms", milliseconds: median(costs))
        }
        report.add("updates", count: updates)
        report.show()
    }

    private func shuffle(_ log: inout [[UInt8]]) {
        var dice = Dice(seed: 2)
        for last in stride(from: log.count - 1, to: 0, by: -1) { log.swapAt(last, dice.roll(last + 1)) }
    }

    private func typed(_ count: Int) -> [[UInt8]] {
        var dice = Dice(seed: 1)
        let replica = Replica(client: Trace.client)
        var place = 0
        return (0..<count).compactMap { _ in
            if dice.roll(20) == 0 { place = dice.roll(replica.length + 1) }
            let result = Result { () throws(EditFault) in try replica.insert([0x61], at: place) }
            place += 1
            guard case .success(let update) = result else { return nil }
            return update
        }
    }
}

/// `crdt measure apply`.
struct MeasureApply: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Applies the updates of a log one by one to an empty document.")

    @Argument(help: "A log as `crdt apply` reads it.") var log: String
    @Option(name: .customLong("repeat"), help: "Measure so often and take the middle.") var repeats = 5

    func run() throws {
        try Ending.naming {
            let updates = try UpdateLog.read(log)
            var costs: [Double] = []
            var state: [UInt8] = []
            for _ in 0..<max(repeats, 1) {
                var document = Document(client: 1)
                let start = Cost.cpuMilliseconds
                for index in 0..<updates.count {
                    _ = try document.apply(updates.bytes.span.extracting(updates.range(index)))
                }
                costs.append(Cost.cpuMilliseconds - start)
                state = document.encode()
            }
            var report = Report()
            report.add("apply_cpu_ms", milliseconds: median(costs))
            report.add("updates", count: updates.count)
            report.add("state_sha256", text: Digest.hex(state))
            report.show()
        }
    }
}

extension [[UInt8]] {
    /// As a log in a file.
    var framed: [UInt8] {
        var log = UpdateLog()
        forEach { log.append($0) }
        return log.framed
    }
}
