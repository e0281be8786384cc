import Glibc
import Sandbox
import SystemKit

/// How exactly limits hold.
struct LimitsBench {
    let host: SandboxHost
    let programs: Programs
    let rounds: Int

    private static let limit = 100_000

    /// Programs that need a hundredth less and a hundredth more CPU than they may have.
    func grazingCPU() async throws {
        let spin = programs.compile("spin", Programs.spin)
        try await graze("cpu", spin, .cpuLimit, bar: 10) {
            $0.cpu = .microseconds(Self.limit)
            $0.wall = .seconds(20)
        } used: { $0.cpuUserMicroseconds + $0.cpuSystemMicroseconds }
    }

    /// The same of real time.
    func grazingWall() async throws {
        let nap = programs.compile("nap", Programs.nap)
        try await graze("wall", nap, .wallLimit, bar: 5) {
            $0.wall = .microseconds(Self.limit)
        } used: { $0.wallMicroseconds }
    }

    private func graze(
        _ name: String, _ program: String, _ over: SandboxVerdict, bar: Double,
        _ set: (inout SandboxLimits) -> Void, used: (SandboxResult) -> Int
    ) async throws {
        var overshoot = Figures()
        var (below, above) = (Figures(), Figures())
        var wrong = (below: 0, above: 0)
        for round in 0..<rounds * 2 {
            let isOver = round % 2 == 1
            var limits = SandboxLimits()
            set(&limits)
            let result = try await host.run(
                SandboxSpec(
                    argv: ["/box/program", "\(Self.limit * (isOver ? 101 : 99) / 100)"],
                    files: [SandboxFile(path: "program", content: .bind(to: program), mode: 0o755)],
                    limits: limits))
            let isRight = result.verdict == (isOver ? over : .ok)
            let wanted = Self.limit * (isOver ? 101 : 99) / 100
            if isOver {
                above.add(Double(used(result) - wanted) / 1000)
                wrong.above += isRight ? 0 : 1
                overshoot.add(Double(used(result) - Self.limit) / 1000)
            } else {
                below.add(Double(used(result) - wanted) / 1000)
                wrong.below += isRight ? 0 : 1
            }
        }
        row("\(name) limit, ms beyond what", ["min", "p10", "median", "p90", "max", "n"])
        for (side, figures) in [("0.99 x asked for", below), ("1.01 x asked for", above)] {
            let columns = [0, 0.1, 0.5, 0.9, 1].map { rounded(figures.quantile($0)) }
            row("  " + side, columns + ["\(figures.count)"])
        }
        verdict("\(name) limit, most beyond", overshoot.worst, atMost: bar, " ms")
        verdict("\(name) limit, wrong at 0.99 x", Double(wrong.below), atMost: 0)
        verdict("\(name) limit, wrong at 1.01 x", Double(wrong.above), atMost: 0)
        let runaway = try await host.run(endless(program, set))
        let beyond = Double(used(runaway) - Self.limit) / 1000
        row("\(name) limit, endless", ["\(runaway.verdict)", "+\(rounded(beyond)) ms"])
    }

    /// What is counted beyond what a program says it used from its first line to its last.
    func accounting() async throws {
        let spin = programs.compile("spin", Programs.spin)
        row("cpu counted beyond, ms", ["min", "p10", "median", "p90", "max", "n"])
        for milliseconds in [0, 10, 100] {
            var figures = Figures()
            for _ in 0..<rounds {
                let result = try await host.run(
                    SandboxSpec(
                        argv: ["/box/program", "\(milliseconds * 1000)"],
                        files: [SandboxFile(path: "program", content: .bind(to: spin), mode: 0o755)]))
                let used = result.cpuUserMicroseconds + result.cpuSystemMicroseconds
                figures.add(Double(used) / 1000 - Double(milliseconds))
            }
            let columns = [0, 0.1, 0.5, 0.9, 1].map { rounded(figures.quantile($0)) }
            row("  a program of \(milliseconds) ms", columns + ["\(figures.count)"])
        }
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
