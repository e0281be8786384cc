import Glibc
import Sandbox
import SystemKit

/// One hello in turns by everything that can run one, and then four at a time.
struct LatencyBench {
    let hello: String
    let pooled: SandboxHost
    let cold: SandboxHost
    let rounds: Int

    /// Debian's bubblewrap with the least that starts a static program in namespaces of its own.
    private var bubblewrap: [String] {
        [
            "bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/usr", "/usr", "--proc", "/proc",
            "--dev", "/dev", "--tmpfs", "/tmp", "--ro-bind", hello, "/program", "/program",
        ]
    }

    private var spec: SandboxSpec {
        SandboxSpec(
            argv: ["/box/program"],
            files: [SandboxFile(path: "program", content: .bind(to: hello), mode: 0o755)])
    }

    /// Not on the main actor, as no server calls it from there.
    @concurrent
    func run() async throws {
        var peers: [(name: String, run: () async throws -> Void, figures: Figures)] = [
            ("posix_spawn", { Bare.run([hello]) }, Figures()),
            ("pooled", { try await once(pooled) }, Figures()),
            ("cold", { try await once(cold) }, Figures()),
        ]
        if Self.exists("/usr/bin/bwrap") { peers.append(("bubblewrap", { Bare.run(bubblewrap) }, Figures())) }
        let executor = try ExecutorProcess(program: hello)
        if let executor { peers.append(("through HTTP", { executor.run() }, Figures())) }
        let bundle = RuncBundle(program: hello)
        if let bundle { peers.append(("runc", { Bare.run(bundle.command) }, Figures())) }
        defer { bundle?.remove() }
        for round in 0..<rounds + 10 {
            // Each comes after each other: what one leaves to be cleaned up weighs on the next.
            for index in peers.indices.shuffled() where peers[index].name != "runc" || round % 5 == 0 {
                if round < 10 { try await peers[index].run() } else {
                    try await peers[index].figures.time(peers[index].run)
                }
            }
        }
        report(Dictionary(uniqueKeysWithValues: peers.map { ($0.name, $0.figures) }))
    }

    private func once(_ host: SandboxHost) async throws {
        let result = try await host.run(spec)
        precondition(result.verdict == .ok && result.stdout.bytes.count == 6, "\(result)")
    }

    private func report(_ figures: [String: Figures]) {
        row("hello, ms, in turns", ["p10", "median", "p99", "max", "n"])
        for (name, figures) in figures.sorted(by: { $0.value.median < $1.value.median }) {
            row(
                name,
                [0.1, 0.5, 0.99].map { rounded(figures.quantile($0)) }
                    + [rounded(figures.worst), "\(figures.count)"])
        }
        let bare = figures["posix_spawn"]?.median ?? .nan
        let (pooled, cold) = (figures["pooled"] ?? Figures(), figures["cold"] ?? Figures())
        verdict("pooled / posix_spawn", pooled.median / bare, atMost: 1.5)
        if let http = figures["through HTTP"] {
            verdict("through HTTP / posix_spawn", http.median / bare, atMost: 2.5)
        }
        verdict("pooled p99 / median", pooled.quantile(0.99) / pooled.median, atMost: 4)
        if let peer = figures["bubblewrap"] {
            verdict("pooled / bubblewrap", pooled.median / peer.median, atMost: 0.35)
            verdict("cold / bubblewrap", cold.median / peer.median, atMost: 0.65)
        }
        if let peer = figures["runc"] {
            verdict("pooled / runc", pooled.median / peer.median, atMost: 0.1)
        }
    }

    /// Runs a second in four lanes each, in turns; the pool's refill is part of it.
    func throughput(seconds: Double, turns: Int) async throws {
        let hasPeer = Self.exists("/usr/bin/bwrap")
        let (hello, command) = (hello, bubblewrap)
        var (ours, bare, peer) = (Figures(), Figures(), Figures())
        for _ in 0..<turns {
            ours.add(try await perSecond(seconds) { try await once(pooled) })
            bare.add(try await perSecond(seconds) { await blocking { Bare.run([hello]) } })
            if hasPeer { peer.add(try await perSecond(seconds) { await blocking { Bare.run(command) } }) }
        }
        row("four at once, runs a second", ["least", "median", "most"])
        for (name, figures) in [("pooled", ours), ("posix_spawn", bare), ("bubblewrap", peer)] {
            row("  " + name, [0, 0.5, 1].map { rounded(figures.quantile($0), 0) })
        }
        if hasPeer { verdict("four at once / bubblewrap", ours.median / peer.median, atLeast: 2) }
    }

    /// `rounds` runs, nothing else, and how long one takes.
    func repeatedly(_ host: SandboxHost, lanes: Int) async throws {
        let begun = monotonicNanoseconds()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<lanes {
                group.addTask { for _ in 0..<rounds / lanes { try await once(host) } }
            }
            try await group.waitForAll()
        }
        let spent = Double(monotonicNanoseconds() - begun) / 1e6
        row("hello, \(lanes) at once, ms a run", [rounded(spent / Double(rounds))])
    }

    /// The same through the service's socket.
    func repeatedlyThroughHTTP() throws {
        guard let executor = try ExecutorProcess(program: hello) else { return }
        var figures = Figures()
        for _ in 0..<rounds {
            let begun = monotonicNanoseconds()
            executor.run()
            figures.add(Double(monotonicNanoseconds() - begun) / 1e6)
        }
        row("hello through HTTP, ms", ["p10", "median", "p99"])
        row("  one after the other", [0.1, 0.5, 0.99].map { rounded(figures.quantile($0)) })
    }

    private func perSecond(
        _ seconds: Double, _ body: @escaping @Sendable () async throws -> Void
    ) async throws -> Double {
        let end = ContinuousClock.now + .seconds(seconds)
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var count = 0
                    while ContinuousClock.now < end {
                        try await body()
                        count += 1
                    }
                    return count
                }
            }
            return Double(try await group.reduce(0, +)) / seconds
        }
    }

    static func exists(_ path: String) -> Bool { access(path, X_OK) == 0 }
}
