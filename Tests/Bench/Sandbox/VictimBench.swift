import Sandbox

/// Somebody's short program beside hostile ones: how much longer it takes than alone.
struct VictimBench {
    let host: SandboxHost
    let programs: Programs
    let rounds: Int

    private static let storm = #"""
        #include <unistd.h>
        int main(void) {
            for (;;)
                if (fork() == 0)
                    for (;;) fork();
        }
        """#

    /// Each sort of neighbour in turn, after some moments of theirs.
    func run() async throws {
        let spin = programs.compile("spin", Programs.spin)
        let victim = spec(spin, "5000")
        let burner = spec(spin, "55000000")
        let storm = spec(programs.compile("storm", Self.storm), "")
        let neighbours: [(String, [SandboxSpec])] = [
            ("1 burner", [burner]), ("4 burners", Array(repeating: burner, count: 4)),
            ("16 burners", Array(repeating: burner, count: 16)), ("a fork storm", [storm]),
            ("4 fork storms", Array(repeating: storm, count: 4)),
        ]
        row("5 ms of CPU beside, ms", ["alone", "beside", "p90"])
        for (name, specs) in neighbours {
            let alone = try await median(victim)
            var runs: [SandboxRun] = []
            for spec in specs { runs.append(try await host.start(spec)) }
            try await Task.sleep(for: .milliseconds(200))
            let beside = try await median(victim)
            for run in runs {
                run.cancel()
                _ = await run.result()
            }
            row(name, [alone.median, beside.median, beside.quantile(0.9)].map { rounded($0) })
            verdict("  times as long", beside.median / alone.median, atMost: 2)
        }
    }

    private func median(_ spec: SandboxSpec) async throws -> Figures {
        var figures = Figures()
        for _ in 0..<max(rounds / 4, 10) {
            try await figures.time {
                let result = try await host.run(spec)
                precondition(result.verdict == .ok, "\(result)")
            }
        }
        return figures
    }

    private func spec(_ program: String, _ argument: String) -> SandboxSpec {
        SandboxSpec(
            argv: ["/box/program", argument],
            files: [SandboxFile(path: "program", content: .bind(to: program), mode: 0o755)],
            limits: SandboxLimits(cpu: .seconds(60), wall: .seconds(120)))
    }
}
