import Glibc
import HostilePrograms
import Sandbox
import SystemKit
import Testing

extension Isolation {
    /// Limits hold, and no earlier than they say.
    @Suite(.timeLimit(.minutes(isLong ? 30 : 3)), .serialized)
    struct LimitTests {
        /// Rounds of each: 200 in the long form.
        private static let rounds = isLong ? 200 : 2

        private struct Tally {
            var wrong = 0
            var overshoot: [Int] = []

            var summary: String {
                let sorted = overshoot.sorted()
                guard let last = sorted.last else { return "\(wrong) wrong" }
                return
                    "\(wrong) wrong; beyond the limit: median \(sorted[sorted.count / 2]) us, most \(last) us"
            }
        }

        @Test(
            "H30: CPU time just below the limit is fine, just above it is not",
            .enabled("sums over processes need cgroups") { try await Hosts.shared.capabilities.countsCPU })
        func grazingCPU() async throws {
            let limit = 400_000
            var limits = HostileProgram.small
            limits.wall = .seconds(20)
            var (below, above) = (Tally(), Tally())
            for _ in 0..<Self.rounds {
                let ok = try await Hosts.run(
                    try await Compiled.spec("h30_burns", ["\(limit / 100 * 99)"], limits: limits))
                if ok.verdict != .ok { below.wrong += 1 }
                let late = try await Hosts.run(
                    try await Compiled.spec("h30_burns", ["\(limit * 10)"], limits: limits))
                if late.verdict != .cpuLimit { above.wrong += 1 }
                above.overshoot.append(late.cpuUserMicroseconds + late.cpuSystemMicroseconds - limit)
                let just = try await Hosts.run(
                    try await Compiled.spec("h30_burns", ["\(limit / 100 * 101)"], limits: limits))
                if just.verdict != .cpuLimit { above.wrong += 1 }
            }
            print(
                "grazing: CPU, \(Self.rounds) runs: 0.99 x: \(below.summary); above: \(above.summary)")
            #expect(below.wrong == 0 && above.wrong == 0)
        }

        @Test("H30: real time above the limit is too long, well below it is not")
        func grazingWall() async throws {
            let limit = 300_000
            var limits = HostileProgram.small
            limits.wall = .microseconds(limit)
            var (below, above) = (Tally(), Tally())
            for _ in 0..<Self.rounds {
                // A busy machine wakes sleepers late; the long form runs on a quiet one.
                let share = isLong ? 99 : 50
                let ok = try await Hosts.run(
                    try await Compiled.spec("h30_waits", ["\(limit / 100 * share)"], limits: limits))
                if ok.verdict != .ok { below.wrong += 1 }
                let late = try await Hosts.run(
                    try await Compiled.spec("h30_waits", ["\(limit / 100 * 150)"], limits: limits))
                if late.verdict != .wallLimit { above.wrong += 1 }
                above.overshoot.append(late.wallMicroseconds - limit)
            }
            print("grazing: wall below, \(Self.rounds) runs: \(below.summary); above: \(above.summary)")
            #expect(above.wrong == 0 && (isLong || below.wrong == 0))
        }

        @Test(
            "files in memory count as memory",
            .enabled("needs cgroups") {
                try await Hosts.shared.capabilities.limitsMemory
            })
        func filledDisk() async throws {
            var limits = HostileProgram.small
            limits.diskBytes = 128 << 20
            let result = try await Hosts.run(try await Compiled.spec("h8_fills_the_disk", limits: limits))
            #expect(result.verdict == .memoryLimit, "\(result.verdict) \(result.flags)")
        }

        @Test(
            "a thousand full pipes are memory too",
            .enabled("needs cgroups") {
                try await Hosts.shared.capabilities.limitsMemory
            })
        func manyPipes() async throws {
            var limits = HostileProgram.small
            (limits.openFiles, limits.memoryBytes) = (2100, 32 << 20)
            let result = try await Hosts.run(try await Compiled.spec("h15_fills_pipes", limits: limits))
            #expect(result.verdict == .memoryLimit, "\(result.verdict) peak \(result.memoryPeakBytes)")
        }

        @Test(
            "bar 4: a flood to a reader that stops costs the cap and no more",
            arguments: [128 << 10, 4 << 20])
        func stoppedReader(cap: Int) async throws {
            var limits = HostileProgram.small
            (limits.stdoutBytes, limits.cpu) = (cap, .seconds(20))
            let spec = try await Compiled.spec("h11_floods_stdout", limits: limits)
            for _ in 0..<3 { _ = try await Hosts.run(spec) }
            let before = Process.residentBytes
            let run = try await Hosts.shared.start(spec)
            var events = run.events.makeAsyncIterator()
            _ = await events.next()
            var most = 0
            for _ in 0..<30 {
                try await Task.sleep(for: .milliseconds(10))
                most = max(most, Process.residentBytes - before)
            }
            var verdict: SandboxVerdict?
            while let event = await events.next() {
                if case .finished(let result) = event { verdict = result.verdict }
            }
            #expect(verdict == .outputLimit)
            #expect(most <= cap + 1 << 20, "\(most) bytes more")
            print("flood: cap \(cap), reader stopped: resident memory grew by \(most) bytes")
        }
    }
}

/// What this process itself uses.
enum Process {
    /// Field 2 of proc(5)'s statm, in bytes.
    static var residentBytes: Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, 256, file) != nil else { return 0 }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return (Int(text.split(separator: " ")[1]) ?? 0) * Int(getpagesize())
    }
}
