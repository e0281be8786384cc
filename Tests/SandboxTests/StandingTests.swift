import Glibc
import Sandbox
import SystemKit
import Testing

/// Who makes way for whom.
@Suite struct StandingTests {
    private static let millisecond: UInt64 = 1_000_000
    private static let steps = Standing.Limits.steps
    private static let youth = Standing.Limits.youth

    /// Looks as often as it asks for, with a use of so many parts in a hundred, until an instant.
    private func follow(
        _ standing: inout Standing, _ percent: UInt64, from: (used: UInt64, now: UInt64), until end: UInt64
    ) -> (used: UInt64, now: UInt64, looks: Int) {
        var (used, now, looks) = (from.used, from.now, 0)
        while standing.nextLook < end {
            used += (standing.nextLook - now) * percent / 100
            now = standing.nextLook
            _ = standing.look(used: used, now: now, among: 1)
            looks += 1
        }
        return (used, now, looks)
    }

    @Test("a newcomer is an equal, weighs less when it has used what little programs need, then makes way")
    func youth() {
        var standing = Standing(now: 0, processors: 2)
        #expect(standing.nextLook > Self.steps, "a little program is never looked at")
        let isEarly = standing.look(used: Self.steps - 1, now: standing.nextLook, among: 1)
        #expect(!isEarly && standing.rank == .newcomer)
        let isKnown = standing.look(used: Self.steps, now: standing.nextLook, among: 1)
        #expect(isKnown && standing.rank == .known)
        let isSame = standing.look(used: Self.youth - 1, now: standing.nextLook, among: 1)
        #expect(!isSame && standing.rank == .known)
        let isLast = standing.look(used: Self.youth, now: standing.nextLook, among: 1)
        #expect(isLast && standing.rank == .last)
    }

    @Test("who sleeps is an equal, and is looked at ever less often")
    func sleeper() {
        var standing = Standing(now: 0, processors: 2)
        let minute = follow(&standing, 0, from: (0, 0), until: 60_000 * Self.millisecond)
        #expect(standing.rank == .newcomer)
        #expect(minute.looks < 200, "\(minute.looks)")
    }

    @Test("who makes way and still gets its part goes on making way, looked at a few times a second")
    func burner() {
        var standing = Standing(now: 0, processors: 2)
        let second = follow(&standing, 50, from: (0, 0), until: 1000 * Self.millisecond)
        #expect(standing.rank == .last)
        let minute = follow(
            &standing, 50, from: (second.used, second.now), until: 61_000 * Self.millisecond)
        #expect(standing.rank == .last)
        #expect(minute.looks < 200, "\(minute.looks)")
    }

    @Test("who gets next to nothing is an equal again, for as long as it once was")
    func starving() {
        var standing = Standing(now: 0, processors: 2)
        _ = standing.look(used: Self.youth, now: Self.youth, among: 1)
        let next = standing.nextLook
        let isHelped = standing.look(used: Self.youth + 1000, now: next, among: 1)
        #expect(isHelped)
        #expect(standing.rank == .newcomer)
        let isBack = standing.look(used: 2 * Self.youth + 1000, now: next + 2 * Self.youth, among: 1)
        #expect(isBack)
        #expect(standing.rank == .last)
    }

    @Test("who takes turns with many is not asked before its turn can have come")
    func turns() {
        var (few, many) = (Standing(now: 0, processors: 2), Standing(now: 0, processors: 2))
        _ = few.look(used: Self.youth, now: Self.youth, among: 2)
        _ = many.look(used: Self.youth, now: Self.youth, among: 17)
        #expect(few.nextLook == Self.youth + 50 * Self.millisecond)
        // Eight others before it on its processor, each for some ticks of the clock.
        #expect(many.nextLook >= Self.youth + 8 * 32 * Self.millisecond)
        var crowd = Standing(now: 0, processors: 2)
        _ = crowd.look(used: Self.youth, now: Self.youth, among: 100_000)
        #expect(crowd.nextLook <= Self.youth + 2000 * Self.millisecond, "nobody starves for longer")
    }

    @Test("among many, a small part is no starving")
    func many() {
        var standing = Standing(now: 0, processors: 2)
        _ = standing.look(used: Self.youth, now: Self.youth, among: 64)
        let next = standing.nextLook
        let changes = standing.look(used: Self.youth + (next - Self.youth) / 32, now: next, among: 64)
        #expect(!changes)
        #expect(standing.rank == .last)
    }
}

extension Isolation {
    /// The same with real programs.
    @Suite(
        .timeLimit(.minutes(3)),
        .enabled("needs the cpu controller") { try await Hosts.shared.capabilities.sharesCPU })
    struct MakingWayTests {
        @Test("a run that burns makes way; a new one beside it does not have to")
        func burner() async throws {
            let limits = SandboxLimits(cpu: .seconds(50), wall: .seconds(100))
            let line = "while :; do :; done"
            let run = try await Hosts.shared.start(SandboxSpec(argv: ["/bin/sh", "-c", line], limits: limits))
            var hasMadeWay = false
            for _ in 0..<1000 where !hasMadeWay {
                try await Task.sleep(for: .milliseconds(20))
                hasMadeWay = Self.levers("cpu.idle").contains("1")
            }
            #expect(hasMadeWay, "\(Self.levers("cpu.idle"))")
            let result = try await Hosts.shell("cat /proc/self/stat")
            #expect(result.verdict == .ok)
            run.cancel()
            #expect(await run.result().verdict == .cancelled)
        }

        @Test("a run that has used what little programs need weighs an eighth")
        func known() async throws {
            let program = SandboxFile(path: "program", bytes: try await Compiled.program.value, mode: 0o755)
            let line = "/box/program h30_burns 9000; read line"
            let spec = SandboxSpec(argv: ["/bin/sh", "-c", line], files: [program], stdin: .stream)
            let run = try await Hosts.shared.start(spec)
            let wanted: Set = ["128", "12"]
            var weights: Set<String> = []
            for _ in 0..<1000 where weights.isDisjoint(with: wanted) {
                try await Task.sleep(for: .milliseconds(20))
                weights = Self.levers("cpu.shares").union(Self.levers("cpu.weight"))
            }
            #expect(!weights.isDisjoint(with: wanted), "\(weights)")
            await run.closeStdin()
            #expect(await run.result().verdict != .internalError)
        }

        /// What the cgroups of this process's runs say.
        private static func levers(_ file: String) -> Set<String> {
            let roots = ["cpu", "cpu,cpuacct", "unified", ""].map { "/sys/fs/cgroup/\($0)" }
            let own = roots.flatMap { root in
                Footprint.names(root).filter { $0.hasPrefix("codecollab-\(getpid())-") }.map {
                    "\(root)/\($0)"
                }
            }
            return Set(own.compactMap { text("\($0)/\(file)") })
        }

        private static func text(_ path: String) -> String? {
            let number = open(path, O_RDONLY | O_CLOEXEC)
            guard number >= 0 else { return nil }
            let file = FD(owning: number)
            var bytes = [UInt8](repeating: 0, count: 16)
            let count = read(file.number, &bytes, bytes.count)
            return count > 0 ? String(decoding: bytes[..<count].prefix { $0 != 10 }, as: UTF8.self) : nil
        }
    }
}
