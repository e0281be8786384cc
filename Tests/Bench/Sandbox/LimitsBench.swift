import Glibc
import Sandbox
import SystemKit

/// How exactly limits hold.
struct LimitsBench {
    let host: SandboxHost
    let programs: Programs
    let rounds: Int

    /// A hundredth of it is a millisecond, about what a start takes.
    private static let short = 100_000
    /// A hundredth of it is more than any start takes.
    private static let long = 1_000_000

    /// Programs that need a hundredth less and a hundredth more CPU than they may have.
    func grazingCPU() async throws {
        let grazing = Grazing(
            name: "cpu", program: programs.compile("spin", Programs.spin), limit: Self.short, lanes: 1,
            over: .cpuLimit, bar: 10
        ) {
            SandboxLimits(cpu: .microseconds($0), wall: .seconds(20))
        } used: {
            $0.cpuUserMicroseconds + $0.cpuSystemMicroseconds
        }
        try await grazing.run(on: host, rounds: rounds)
    }

    /// The same of real time; many sleep at once without being in each other's way.
    func grazingWall() async throws {
        for (limit, lanes) in [(Self.short, 1), (Self.long, 8)] {
            let grazing = Grazing(
                name: "wall \(limit / 1000) ms", program: programs.compile("nap", Programs.nap),
                limit: limit, lanes: lanes, over: .wallLimit, bar: 5
            ) {
                SandboxLimits(wall: .microseconds($0))
            } used: {
                $0.wallMicroseconds
            }
            try await grazing.run(on: host, rounds: rounds)
        }
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
