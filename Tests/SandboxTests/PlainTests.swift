import Glibc
import Sandbox
import SystemKit
import Testing

extension Isolation {
    /// Machines without cgroups: isolation is the same, limits hold per process.
    @Suite(.timeLimit(.minutes(8)))
    struct PlainTests {
        private static let made = Task {
            try await SandboxHost(SandboxHost.Configuration(usesCgroups: false))
        }

        struct Case: Sendable, CustomTestStringConvertible {
            let line: String
            let verdict: SandboxVerdict
            var testDescription: String { line }
        }

        @Test("says that it counts per process")
        func capabilities() async throws {
            let known = try await Self.made.value.capabilities
            #expect(known.accounting == "rlimit" && !known.limitsMemory && !known.warnings.isEmpty)
        }

        @Test(
            "verdicts are right all the same",
            arguments: [
                Case(line: "echo hello", verdict: .ok), Case(line: "exit 3", verdict: .nonzeroExit),
                Case(line: "while :; do :; done", verdict: .cpuLimit),
                Case(line: "sleep 30", verdict: .wallLimit),
                Case(line: "yes", verdict: .outputLimit), Case(line: "kill -SEGV $$", verdict: .signalled),
                Case(line: "exec head -c 9000000 /dev/zero > f", verdict: .fileLimit),
            ])
        func verdicts(row: Case) async throws {
            let limits = SandboxLimits(
                cpu: .seconds(1), wall: .seconds(row.verdict == .wallLimit ? 2 : 120), memoryBytes: 64 << 20,
                fileBytes: 1 << 20,
                stdoutBytes: 10_000)
            let spec = SandboxSpec(argv: ["/bin/sh", "-c", row.line], limits: limits)
            let result = try await Self.made.value.run(spec)
            #expect(result.verdict == row.verdict, "\(result.flags) \(result.message ?? "")")
            #expect(result.memoryBasis == "rss" && result.memoryPeakBytes > 0)
        }

        @Test("a fork bomb stays in its box")
        func forkBomb() async throws {
            var spec = try await Compiled.spec("h1_forks")
            spec.limits.cpu = .seconds(1)
            let result = try await Self.made.value.run(spec)
            #expect([.wallLimit, .cpuLimit, .processLimit].contains(result.verdict))
            #expect(Footprint().processes == 0)
        }
    }
}
