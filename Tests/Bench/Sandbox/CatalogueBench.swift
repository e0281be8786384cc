import HostilePrograms
import Sandbox
import SystemKit

/// Somebody's short program beside each of the worst programs there are, four at once.
struct CatalogueBench {
    let host: SandboxHost
    let programs: Programs
    let rounds: Int

    private enum Limits {
        /// Runs of the victim while one group of four goes on, at most.
        static let besideOneGroup = 8
        /// How often a group of four begins, at most.
        static let groups = 12
    }

    private struct Outcome {
        let name: String
        let ratio: Double
        let beside: Figures
    }

    /// Each program four times, and four neighbours of the catalogue at a time.
    func run() async throws {
        let program = SandboxFile(path: "program", bytes: programs.hostile(), mode: 0o755)
        let victim = spec(program, ["h30_burns", "5000"], HostileProgram.small)
        let same = HostileProgram.all.map { [$0, $0, $0, $0] }
        var alone = Figures()
        var outcomes: [Outcome] = []
        for group in same + HostileProgram.mixedGroups {
            for _ in 0..<4 { try await add(victim, to: &alone) }
            let beside = try await time(victim, beside: group.map { spec(program, $0) })
            let isMixed = Set(group.map(\.name)).count > 1
            let name = isMixed ? group.map { $0.name.prefix(3) }.joined(separator: " ") : group[0].name
            outcomes.append(Outcome(name: name, ratio: beside.median, beside: beside))
        }
        report(outcomes, alone)
    }

    private func report(_ outcomes: [Outcome], _ alone: Figures) {
        row("5 ms beside four at once", ["x alone", "ms", "p90", "n"])
        row("alone", ["", rounded(alone.median), rounded(alone.quantile(0.9)), "\(alone.count)"])
        let sorted = outcomes.sorted { $0.ratio > $1.ratio }
        for outcome in sorted.prefix(5) + sorted.dropFirst(sorted.count / 2).prefix(1) {
            let figures = outcome.beside
            row(
                outcome.name,
                [figures.median / alone.median, figures.median, figures.quantile(0.9)].map { rounded($0) }
                    + ["\(figures.count)"])
        }
        let worst = (sorted.first?.ratio ?? .nan) / alone.median
        verdict("worst of \(sorted.count) groups, x alone", worst, atMost: 2)
    }

    /// Groups of four, one after the other, until the victim has run often enough beside them.
    private func time(_ victim: SandboxSpec, beside specs: [SandboxSpec]) async throws -> Figures {
        var figures = Figures()
        for _ in 0..<Limits.groups where figures.count < max(rounds / 16, 10) {
            var runs: [SandboxRun] = []
            for spec in specs { runs.append(try await host.start(spec)) }
            let living = Locked(runs.count)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for run in runs {
                    tasks.addTask {
                        _ = await run.result()
                        living.withLock { $0 -= 1 }
                    }
                }
                for number in 0..<Limits.besideOneGroup where number == 0 || living.snapshot > 0 {
                    try await add(victim, to: &figures)
                }
                for run in runs { run.cancel() }
                try await tasks.waitForAll()
            }
        }
        return figures
    }

    private func add(_ victim: SandboxSpec, to figures: inout Figures) async throws {
        try await figures.time {
            let result = try await host.run(victim)
            precondition(result.verdict == .ok, "\(result)")
        }
    }

    private func spec(_ program: SandboxFile, _ hostile: HostileProgram) -> SandboxSpec {
        var spec = spec(program, [hostile.name] + hostile.arguments, hostile.limits)
        spec.stdin = hostile.stdin
        return spec
    }

    private func spec(_ program: SandboxFile, _ arguments: [String], _ limits: SandboxLimits) -> SandboxSpec {
        var spec = SandboxSpec(argv: ["/box/program"] + arguments, files: [program], limits: limits)
        spec.streamsOutput = false
        return spec
    }
}
