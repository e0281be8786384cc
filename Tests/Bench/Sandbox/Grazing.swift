import Sandbox

/// Programs that need a little less and a little more than they may have.
struct Grazing: Sendable {
    let name: String
    let program: String
    /// Microseconds.
    let limit: Int
    /// Runs at once.
    let lanes: Int
    let over: SandboxVerdict
    /// The most beyond the limit that is billed, in milliseconds.
    let bar: Double
    let limits: @Sendable (Int) -> SandboxLimits
    let used: @Sendable (SandboxResult) -> Int

    private struct Outcome: Sendable {
        let isOver: Bool
        let isRight: Bool
        /// Billed, and what the program itself needs, in microseconds.
        let used: Int
        let wanted: Int
    }

    func run(on host: SandboxHost, rounds: Int) async throws {
        let outcomes = try await withThrowingTaskGroup(of: [Outcome].self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    var outcomes: [Outcome] = []
                    for round in stride(from: lane, to: rounds * 2, by: lanes) {
                        outcomes.append(try await once(host, isOver: round / lanes % 2 == 1))
                    }
                    return outcomes
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        report(outcomes)
        let runaway = try await host.run(spec(microseconds: 60_000_000))
        let beyond = Double(used(runaway) - limit) / 1000
        row("\(name) limit, endless", ["\(runaway.verdict)", "+\(rounded(beyond)) ms"])
    }

    private func once(_ host: SandboxHost, isOver: Bool) async throws -> Outcome {
        let wanted = limit * (isOver ? 101 : 99) / 100
        let result = try await host.run(spec(microseconds: wanted))
        return Outcome(
            isOver: isOver, isRight: result.verdict == (isOver ? over : .ok), used: used(result),
            wanted: wanted)
    }

    private func spec(microseconds: Int) -> SandboxSpec {
        SandboxSpec(
            argv: ["/box/program", "\(microseconds)"],
            files: [SandboxFile(path: "program", content: .bind(to: program), mode: 0o755)],
            limits: limits(limit))
    }

    private func report(_ outcomes: [Outcome]) {
        row("\(name) limit, ms beyond what", ["min", "p10", "median", "p90", "max", "n"])
        for (side, isOver) in [("0.99 x asked for", false), ("1.01 x asked for", true)] {
            var figures = Figures()
            for outcome in outcomes where outcome.isOver == isOver {
                figures.add(Double(outcome.used - outcome.wanted) / 1000)
            }
            let columns = [0, 0.1, 0.5, 0.9, 1].map { rounded(figures.quantile($0)) }
            row("  " + side, columns + ["\(figures.count)"])
        }
        let most = outcomes.filter(\.isOver).map { Double($0.used - limit) / 1000 }.max() ?? .nan
        let wrong = [false, true].map { isOver in
            Double(outcomes.count { $0.isOver == isOver && !$0.isRight })
        }
        verdict("\(name) limit, most beyond", most, atMost: bar, " ms")
        verdict("\(name) limit, wrong at 0.99 x", wrong[0], atMost: 0)
        verdict("\(name) limit, wrong at 1.01 x", wrong[1], atMost: 0)
    }
}
