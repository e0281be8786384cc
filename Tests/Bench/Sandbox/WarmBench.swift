import Glibc
import Sandbox
import SystemKit

/// Hello in languages whose interpreters wait for their script: through HTTP, beside the interpreter alone.
struct WarmBench {
    let rounds: Int

    private struct Language {
        let name: String
        let file: String
        let text: String
        let command: [String]
    }

    private static let languages = [
        Language(
            name: "python", file: "main.py", text: "print('hello')", command: ["/usr/bin/python3", "-u"]),
        Language(
            name: "javascript", file: "main.js", text: "console.log('hello')",
            command: ["/usr/bin/node", "--max-old-space-size=192"]),
        Language(
            name: "ruby", file: "main.rb", text: "puts 'hello'",
            command: ["/usr/bin/ruby", "--disable=gems"]),
        Language(
            name: "php", file: "main.php", text: "<?php echo 'hello', PHP_EOL;", command: ["/usr/bin/php"]),
    ]

    func run() async throws {
        for language in Self.languages where LatencyBench.exists(language.command[0]) {
            try compare(language)
        }
        for lanes in [2, 4] { try await throughput(seconds: 2, lanes: lanes) }
    }

    /// In turns, at a pace that leaves the next interpreter the time to start.
    private func compare(_ language: Language) throws {
        let body =
            #"{"language":"\#(language.name)","files":[{"path":"\#(language.file)","content":"#
            + #""\#(language.text)"}]}"#
        guard let warm = try ExecutorProcess(settings: [Self.path], request: { _ in body }),
            let usual = try ExecutorProcess(
                settings: [Self.path, "CODECOLLAB_WARM=0"], request: { _ in body })
        else { return row("warm \(language.name)", ["no executor"]) }
        let script = "/tmp/codecollab-bench-\(getpid())-\(language.file)"
        Bare.write(language.text, to: script)
        defer { unlink(script) }
        var (bare, held, started) = (Figures(), Figures(), Figures())
        var hits = 0
        for round in 0..<rounds + 5 {
            let times = [
                Self.time { Bare.run(language.command + [script]) }, Self.time { usual.run() },
                Self.time { hits += warm.run().contains(#""sandbox":"warm""#) && round >= 5 ? 1 : 0 },
            ]
            if round >= 5 {
                bare.add(times[0])
                started.add(times[1])
                held.add(times[2])
            }
            usleep(150_000)
        }
        report(language.name, bare, held, started, hits)
    }

    private func report(_ name: String, _ bare: Figures, _ held: Figures, _ started: Figures, _ hits: Int) {
        row("\(name) hello, ms, in turns", ["p10", "median", "p99", "max", "n"])
        for (what, figures) in [("bare", bare), ("HTTP", started), ("HTTP, warm", held)] {
            row(
                what,
                [0.1, 0.5, 0.99].map { rounded(figures.quantile($0)) }
                    + [rounded(figures.worst), "\(figures.count)"])
        }
        row("found one that waited", ["\(hits) of \(held.count)"])
        verdict("\(name), warm through HTTP / bare", held.median / bare.median, atMost: 0.4)
        verdict("\(name), warm p99 / median", held.quantile(0.99) / held.median, atMost: 4)
    }

    /// Several at once without a pause: nobody is slower because interpreters are started for the next.
    private func throughput(seconds: Double, lanes: Int) async throws {
        let python = Self.languages[0]
        guard LatencyBench.exists(python.command[0]) else { return }
        var spec = SandboxSpec(
            argv: python.command + [python.file],
            files: [SandboxFile(path: python.file, bytes: Array(python.text.utf8))])
        spec.warm = WarmStart(script: spec.argv.count - 1, spare: 2)
        let usual = try await SandboxHost(SandboxHost.Configuration(parked: 4))
        let warm = try await SandboxHost(SandboxHost.Configuration(parked: 4, warm: 4))
        var (with, without) = (Figures(), Figures())
        for _ in 0..<3 {
            without.add(try await perSecond(spec, on: usual, seconds, lanes))
            with.add(try await perSecond(spec, on: warm, seconds, lanes))
        }
        row(
            "python, \(lanes) at once, runs a second",
            ["warm \(rounded(with.median, 0))", "without \(rounded(without.median, 0))"])
        verdict("throughput, \(lanes) at once, warm / without", with.median / without.median, atLeast: 1)
        await usual.close()
        await warm.close()
    }

    private func perSecond(
        _ spec: SandboxSpec, on host: SandboxHost, _ seconds: Double, _ lanes: Int
    ) async throws -> Double {
        let end = ContinuousClock.now + .seconds(seconds)
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<lanes {
                group.addTask {
                    var count = 0
                    while ContinuousClock.now < end {
                        let result = try await host.run(spec)
                        precondition(result.verdict == .ok, "\(result)")
                        count += 1
                    }
                    return count
                }
            }
            return Double(try await group.reduce(0, +)) / seconds
        }
    }

    private static let path = "PATH=/usr/bin:/bin"

    private static func time(_ body: () -> Void) -> Double {
        let begun = monotonicNanoseconds()
        body()
        return Double(monotonicNanoseconds() - begun) / 1e6
    }
}
