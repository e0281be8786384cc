internal import Contracts
internal import Glibc
internal import Sandbox
internal import SystemKit

/// Runs programs at the same time, each reading what the one before it writes.
///
/// The bytes go through this process: they are counted, shown as events, and wait for a reader that is slow.
struct PipelineConduct {
    private let record: ExecutionRecord
    private let host: SandboxHost

    init(_ record: ExecutionRecord, _ host: SandboxHost) {
        self.record = record
        self.host = host
    }

    /// Runs the stages to their ends; in a ring the first reads what the last writes.
    func run(_ specs: [SandboxSpec], isRing: Bool) async throws {
        var runs: [SandboxRun] = []
        for spec in specs { runs.append(try await host.start(spec)) }
        record.started(runs)
        if let input = record.plan.firstInput {
            let first = runs[0]
            await ignoring("a program that does not read its input ends by itself") {
                try await first.write(input)
            }
        }
        var ended: [(stage: Int, result: SandboxResult)] = []
        let stages = runs
        await withTaskGroup(of: (Int, SandboxResult).self) { group in
            for (stage, run) in stages.enumerated() {
                let isLast = stage == stages.count - 1
                let reader = isLast ? (isRing ? stages[0] : nil) : stages[stage + 1]
                group.addTask { (stage, await pass(run, stage, to: reader)) }
            }
            for await (stage, result) in group { ended.append((stage, result)) }
        }
        var summary = PartSummary()
        for (stage, own) in ended.sorted(by: { $0.stage < $1.stage }) {
            let cut = TotalOutput.cut(own, to: record.plan.totalOutput, isCancelled: record.isCancelled)
            let part = SandboxTranslation.part("\(stage)", cut)
            summary.add(part, cut)
            record.ended(part)
        }
        record.finish(summary.ofStages())
    }

    /// Hands over what a program writes until it ends; whoever writes for nobody gets SIGPIPE.
    private func pass(_ run: SandboxRun, _ stage: Int, to reader: SandboxRun?) async -> SandboxResult {
        var ending = SandboxResult()
        ending.verdict = .internalError
        var reader = reader
        for await event in run.events {
            if case .finished(let result) = event { ending = result }
            record.note(event, stage: stage)
            guard case .output(.stdout, let bytes) = event, let open = reader else { continue }
            do {
                try await open.write(bytes)
            } catch {
                // As with a pipe of the kernel's: nobody will read any more.
                run.signal(Int32(SIGPIPE))
                reader = nil
            }
        }
        await reader?.closeStdin()
        return ending
    }
}
