import Glibc
import HostilePrograms
import Sandbox
import Testing

extension Isolation {
    /// H31 to H38, E12: two sandboxes with a common plan and a common clock try to tell each other bits.
    @Suite(.timeLimit(.minutes(8)))
    struct PairTests {
        /// Works inside one sandbox, so the test would see it between two.
        private static let loud: Set<String> = [
            "abstract", "socket", "file", "shm", "segment", "queue", "semaphore", "device", "pids",
            "proc", "forks", "disk",
        ]
        /// Everything that shares a kernel shares these; the policy file says so.
        private static let known = ["procs", "freeram", "inodes", "contention"]
        private static let bits = "10110010"
        private static let slotNanoseconds = (isLong ? 40_000_000 : 12_000_000) * HostileProgram.slowness

        @Test("no bit goes from one sandbox to another by any of thirty channels", arguments: pairs)
        func silence(sender: SandboxProfile, receiver: SandboxProfile) async throws {
            _ = try await Compiled.program.value
            let start = Self.soon()
            async let sent = run("send", start, sender)
            async let inside = run("both", start, .run)
            let heard = try await run("receive", start, receiver)
            _ = try await sent
            let control = try await inside
            #expect(heard.count == 34, "\(heard.keys)")
            for (name, values) in heard where !Self.known.contains(name) {
                guard !(sender == .compile && receiver == .compile && name == "flock") else { continue }
                #expect(Set(values).count == 1, "\(name) carries \(values)")
            }
            for name in Self.loud {
                #expect(Set(control[name] ?? []).count > 1, "inside one sandbox \(name) is no channel")
            }
            for name in Self.known {
                print("pair: residual \(name): \(heard[name] ?? []) for \(Self.bits)")
            }
        }

        private static var pairs: [(SandboxProfile, SandboxProfile)] {
            isLong ? [(.run, .run), (.compile, .run), (.compile, .compile)] : [(.run, .run)]
        }

        private static func soon() -> Int64 {
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) + 500_000_000
                * Int64(HostileProgram.slowness)
        }

        /// What was seen on each channel, bit by bit.
        private func run(
            _ role: String, _ start: Int64, _ profile: SandboxProfile
        ) async throws -> [String: [Int]] {
            let limits = SandboxLimits(
                cpu: .seconds(10) * HostileProgram.slowness, wall: .seconds(60) * HostileProgram.slowness,
                memoryBytes: 512 << 20, processes: 24)
            let plan = [role, "\(start)", "\(Self.slotNanoseconds)", Self.bits]
            var spec = try await Compiled.spec("pair", plan, stdin: .stream, limits: limits)
            spec.profile = profile
            let result = try await Hosts.run(spec)
            #expect(result.verdict == .ok, "\(role): \(result.verdict) \(result.flags) \(result.stderr.text)")
            var seen: [String: [Int]] = [:]
            for line in result.stdout.text.split(separator: "\n") {
                let words = line.split(separator: " ")
                seen[String(words[0])] = words.dropFirst().compactMap { Int($0) }
            }
            return seen
        }
    }
}
