import Glibc
import HostilePrograms
import Sandbox
import SystemKit
import Testing

extension Isolation {
    @Suite(
        .timeLimit(.minutes(isLong ? 30 : 4)), .serialized,
        .enabled("sums over processes need cgroups") { try await Hosts.shared.capabilities.limitsMemory })
    struct HostileTests {
        @Test("the right verdict alone, and nothing of it left", arguments: HostileProgram.all)
        func alone(program: HostileProgram) async throws {
            let spec = try await Compiled.spec(program)
            try await leavesNothing {
                program.expect(try await Hosts.run(spec))
            }
        }

        @Test("H6: memory that the executable's header asks for", arguments: [[], ["touch"]])
        func bigBSS(arguments: [String]) async throws {
            let file = SandboxFile(path: "bss", bytes: try await Compiled.bss.value, mode: 0o755)
            let spec = SandboxSpec(
                argv: ["/box/bss"] + arguments, files: [file], limits: HostileProgram.small)
            let result = try await Hosts.run(spec)
            #expect(result.verdict == (arguments.isEmpty ? .ok : .memoryLimit), "\(result.flags)")
        }

        @Test("four at once: the right verdicts, a victim beside them unharmed, nothing left")
        func together() async throws {
            let victim = Victim(spec: try await Compiled.spec("h30_burns", ["5000"]))
            try await warmUp(victim)
            let alone = try await victim.median(of: 7)
            var ratios: [Double] = []
            for group in Self.groups {
                var specs: [SandboxSpec] = []
                for program in group { specs.append(try await Compiled.spec(program)) }
                try await leavesNothing {
                    try await withThrowingTaskGroup(of: (Int, SandboxResult).self) { tasks in
                        for index in group.indices {
                            tasks.addTask { [spec = specs[index]] in (index, try await Hosts.run(spec)) }
                        }
                        ratios.append(try await victim.median(of: 3) / alone)
                        for try await (index, result) in tasks { group[index].expect(result) }
                    }
                }
            }
            ratios.sort()
            print(
                "hostile: \(ratios.count) groups of four; the victim's latency beside them, in multiples of"
                    + " alone: median \(ratios[ratios.count / 2]), largest \(ratios.last ?? 0)")
        }

        /// Seats are kept for the next run, so as many are made now as are needed at once.
        private func warmUp(_ victim: Victim) async throws {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<6 { tasks.addTask { _ = try await victim.median(of: 2) } }
                try await tasks.waitForAll()
            }
            try await Task.sleep(for: .milliseconds(50))
        }

        /// Neighbours of the catalogue; in the long form four of each as well.
        private static var groups: [[HostileProgram]] {
            let mixed = HostileProgram.mixedGroups
            return isLong ? mixed + HostileProgram.all.map { Array(repeating: $0, count: 4) } : mixed
        }
    }
}

/// Runs something and compares what this process and the machine hold before and after.
func leavesNothing(_ body: () async throws -> Void) async throws {
    try await Hosts.rest()
    let before = try await Footprint.calm()
    try await body()
    let after = try await Footprint.settled(after: before)
    #expect(after.isWithin(before), "left: \(after.beyond(before))")
    #expect(after.sharedBytes < before.sharedBytes + Footprint.sharedRoom, "files in memory are left")
}

/// Somebody else's little program beside the hostile ones.
struct Victim {
    let spec: SandboxSpec

    /// How long a run takes, in the middle, in milliseconds.
    func median(of count: Int) async throws -> Double {
        var times: [UInt64] = []
        for _ in 0..<count {
            let begun = monotonicNanoseconds()
            let result = try await Hosts.run(spec)
            times.append(monotonicNanoseconds() - begun)
            #expect(result.verdict == .ok, "the victim: \(result.verdict) \(result.flags)")
        }
        return Double(times.sorted()[count / 2]) / 1e6
    }
}
