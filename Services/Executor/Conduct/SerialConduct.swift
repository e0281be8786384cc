internal import Contracts
internal import Sandbox

/// Runs one program several times, one after the other: on the cases of a request, or for its figures.
///
/// Each run has a fresh sandbox. They share one place among the programs that run at once, so that figures
/// are not each other's noise.
struct SerialConduct {
    private let record: ExecutionRecord
    private let host: SandboxHost

    init(_ record: ExecutionRecord, _ host: SandboxHost) {
        self.record = record
        self.host = host
    }

    /// Runs the program on its cases; the result is the worst of theirs.
    func run(_ cases: [PlannedExecution.Case], stopsEarly: Bool) async throws {
        var summary = PartSummary()
        for wanted in cases where !record.isCancelled {
            let own = try await run(wanted.spec)
            var part = SandboxTranslation.part(wanted.id.text, own)
            if let expected = wanted.expected {
                grade(&part, OutputComparison(wanted.checker), own.stdout.bytes, expected)
            }
            summary.add(part, own)
            record.ended(part)
            let isGood = part.grade.map { $0 == .accepted } ?? (part.verdict == .ok)
            if stopsEarly && !isGood { break }
        }
        record.finish(summary.ofCases(isCancelled: record.isCancelled))
    }

    private func grade(
        _ part: inout PartResult, _ comparison: OutputComparison, _ found: [UInt8], _ expected: [UInt8]
    ) {
        guard part.verdict == .ok else {
            part.grade = .failed
            return
        }
        part.difference = comparison.difference(found, expected)
        part.grade = part.difference == nil ? .accepted : .wrongAnswer
    }

    /// Runs the program `count` times; a run that does not end well is the last.
    func repeats(_ count: Int) async throws {
        var summary = PartSummary()
        for number in 1...count where !record.isCancelled {
            let own = try await run(record.plan.spec)
            var part = SandboxTranslation.part("\(number)", own)
            // All say the same; the result shows the last one's output in full.
            (part.stdout.content, part.stderr.content) = ("", "")
            summary.add(part, own)
            record.ended(part)
            if part.verdict != .ok { break }
        }
        record.finish(summary.ofRepetitions(isCancelled: record.isCancelled))
    }

    private func run(_ spec: SandboxSpec) async throws -> SandboxResult {
        var spec = spec
        spec.streamsOutput = false
        let run = try await host.start(spec)
        record.started([run])
        return TotalOutput.cut(await run.result(), to: record.plan.totalOutput, isCancelled: false)
    }
}
