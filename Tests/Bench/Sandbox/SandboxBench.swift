import Glibc
import Sandbox
import SystemKit

/// The sandbox beside a bare process and its peers on this machine, and how exactly its limits hold.
///
/// What it can be asked is said by `sandbox-bench --help`.
@main
struct SandboxBench {
    private static let parts = [
        "latency", "throughput", "cpu", "wall", "flood", "victim", "catalogue", "memory", "warm",
    ]

    /// Parts that only run hello, for a look at it with a profiler.
    private static let loops = ["pooled", "cold", "four", "http"]
    private static let help = """
        Examples:
          sandbox-bench                           all parts but the loops, as root; some minutes
          sandbox-bench latency throughput        only these
          CODECOLLAB_BENCH_N=20 sandbox-bench     20 rounds of each, 200 without it
          sandbox-bench pooled                    only runs hello that often, for a profiler

        Parts: \(parts.joined(separator: ", ")); loops: \(loops.joined(separator: ", "))
        """

    /// What is wanted; says what there is, or what there is not, and ends the process.
    private static func wanted() -> [String] {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.contains(where: ["-h", "--help"].contains) {
            print(help)
            exit(0)
        }
        if let unknown = arguments.first(where: { !(parts + loops).contains($0) }) {
            let complaint = Array("sandbox-bench: there is no part \(unknown); try --help\n".utf8)
            write(STDERR_FILENO, complaint, complaint.count)
            exit(64)
        }
        return arguments.isEmpty ? parts : arguments
    }

    static func main() async throws {
        let wanted = Self.wanted()
        let rounds = getenv("CODECOLLAB_BENCH_N").flatMap { Int(String(cString: $0)) } ?? 200
        let programs = Programs()
        defer { programs.remove() }
        let pooled = try await SandboxHost(SandboxHost.Configuration(parked: 8))
        row("sandbox", [pooled.capabilities.accounting])
        let hello = programs.compile("hello", Programs.hello)
        if wanted.contains(where: (["latency", "throughput"] + loops).contains) {
            let cold = try await SandboxHost(SandboxHost.Configuration(parked: 0))
            try await speed(
                wanted, LatencyBench(hello: hello, pooled: pooled, cold: cold, rounds: rounds))
            await cold.close()
        }
        let bench = LimitsBench(host: pooled, programs: programs, rounds: rounds)
        if wanted.contains("cpu") {
            try await bench.accounting()
            try await bench.grazingCPU()
        }
        if wanted.contains("wall") { try await bench.grazingWall() }
        if wanted.contains("flood") { try await bench.flood() }
        if wanted.contains("victim") {
            try await VictimBench(host: pooled, programs: programs, rounds: rounds).run()
        }
        if wanted.contains("catalogue") {
            try await CatalogueBench(host: pooled, programs: programs, rounds: rounds).run()
        }
        await pooled.close()
        if wanted.contains("memory") { try await parkedMemory() }
        if wanted.contains("warm") { try await WarmBench(rounds: rounds).run() }
    }

    private static func speed(_ wanted: [String], _ bench: LatencyBench) async throws {
        if wanted.contains("latency") { try await bench.run() }
        if wanted.contains("throughput") { try await bench.throughput(seconds: 1.5, turns: 5) }
        if wanted.contains("pooled") { try await bench.repeatedly(bench.pooled, lanes: 1) }
        if wanted.contains("cold") { try await bench.repeatedly(bench.cold, lanes: 1) }
        if wanted.contains("http") { try bench.repeatedlyThroughHTTP() }
        if wanted.contains("four") { try await bench.repeatedly(bench.pooled, lanes: 4) }
    }

    /// What the machine has less of with twenty parked sandboxes.
    private static func parkedMemory() async throws {
        let count = 20
        let host = try await SandboxHost(SandboxHost.Configuration(parked: count))
        try await Task.sleep(for: .milliseconds(500))
        let before = Memory.available
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count * 2 { group.addTask { _ = try await host.run(SandboxSpec(argv: ["true"])) } }
            try await group.waitForAll()
        }
        for _ in 0..<200 where host.figures.parked < host.figures.wanted || host.figures.inUse > 0 {
            try await Task.sleep(for: .milliseconds(50))
        }
        let parked = max(host.figures.parked, 1)
        row("a parked sandbox", ["\(((before - Memory.available) / parked) >> 10) KiB", "n \(parked)"])
        await host.close()
    }
}

/// Runs blocking work on a thread of its own.
func blocking(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
        do {
            _ = try DedicatedThread(named: "bench") {
                body()
                continuation.resume()
            }
        } catch { preconditionFailure("a thread can be made: \(error)") }
    }
}
