import Glibc
import Sandbox
import SystemKit

/// How exactly limits hold.
struct LimitsBench {
    let host: SandboxHost
    let programs: Programs
    let rounds: Int

    private static let limit = 100_000

    /// Programs that need a hundredth less and a hundredth more than they may have, two at once.
    func grazing() async throws {
        let spin = programs.compile("spin", Programs.spin)
        let nap = programs.compile("nap", Programs.nap)
        try await graze("cpu", spin, .cpuLimit, bar: 10) {
            $0.cpu = .microseconds(Self.limit)
            $0.wall = .seconds(20)
        } used: { $0.cpuUserMicroseconds + $0.cpuSystemMicroseconds }
        try await graze("wall", nap, .wallLimit, bar: 5) {
            $0.wall = .microseconds(Self.limit)
        } used: { $0.wallMicroseconds }
    }

    private func graze(
        _ name: String, _ program: String, _ over: SandboxVerdict, bar: Double,
        _ set: (inout SandboxLimits) -> Void, used: (SandboxResult) -> Int
    ) async throws {
        var overshoot = Figures()
        var wrong = 0
        for round in 0..<rounds * 2 {
            let isOver = round % 2 == 1
            var limits = SandboxLimits()
            set(&limits)
            let result = try await host.run(
                SandboxSpec(
                    argv: ["/box/program", "\(Self.limit * (isOver ? 101 : 99) / 100)"],
                    files: [SandboxFile(path: "program", content: .bind(to: program), mode: 0o755)],
                    limits: limits))
            if result.verdict != (isOver ? over : .ok) { wrong += 1 }
            if isOver { overshoot.add(Double(used(result) - Self.limit) / 1000) }
        }
        row("\(name) limit, ms beyond", ["median \(rounded(overshoot.median))", "n \(overshoot.count)"])
        verdict("\(name) limit, most beyond", overshoot.worst, atMost: bar, " ms")
        verdict("\(name) limit, wrong of \(rounds * 2)", Double(wrong), atMost: 0)
        let runaway = try await host.run(endless(program, set))
        let beyond = Double(used(runaway) - Self.limit) / 1000
        row("\(name) limit, endless", ["\(runaway.verdict)", "+\(rounded(beyond)) ms"])
    }

    private func endless(_ program: String, _ set: (inout SandboxLimits) -> Void) -> SandboxSpec {
        var limits = SandboxLimits()
        set(&limits)
        return SandboxSpec(
            argv: ["/box/program", "60000000"],
            files: [SandboxFile(path: "program", content: .bind(to: program), mode: 0o755)], limits: limits)
    }

    /// A program that writes as fast as it can, and a reader that takes one piece and stops.
    func flood() async throws {
        let flood = programs.compile("flood", Programs.flood)
        var limits = SandboxLimits(cpu: .seconds(20), wall: .seconds(20))
        limits.stdoutBytes = 1 << 20
        let spec = SandboxSpec(
            argv: ["/box/program"],
            files: [SandboxFile(path: "program", content: .bind(to: flood), mode: 0o755)], limits: limits)
        _ = try await host.run(spec)
        let before = Memory.resident
        let run = try await host.start(spec)
        var events = run.events.makeAsyncIterator()
        _ = await events.next()
        try await Task.sleep(for: .seconds(1))
        let grown = Double(Memory.resident - before) / 1048576
        var last: SandboxResult?
        while let event = await events.next() {
            if case .finished(let result) = event { last = result }
        }
        verdict("flood, reader stopped, growth", grown, atMost: 2, " MiB")
        let kept = last?.stdout.bytes.count ?? 0
        row("flood, verdict", ["\(last?.verdict ?? .internalError)", "\(kept) bytes"])
    }
}

/// What this machine and this process have.
enum Memory {
    static var resident: Int { field("VmRSS:", of: "/proc/self/status") }
    static var available: Int { field("MemAvailable:", of: "/proc/meminfo") }

    private static func field(_ name: String, of path: String) -> Int {
        guard let file = fopen(path, "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, 256, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
            if words.first == Substring(name) { return (Int(words[1]) ?? 0) << 10 }
        }
        return 0
    }
}
