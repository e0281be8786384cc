import Glibc
import HostilePrograms
import Sandbox
import SystemKit
import Testing

extension Isolation {
    /// Interpreters that were started ahead, in sandboxes of their own, and wait for their script.
    @Suite(.timeLimit(.minutes(8)))
    struct WarmTests {
        @Test("what a script sees and does is the same, whether its interpreter waited for it or not")
        func sameBehaviour() async throws {
            for interpreter in Interpreter.here {
                let host = try await Warm.host()
                for script in interpreter.scripts {
                    let spec = interpreter.spec(script)
                    let cold = try await Hosts.run(spec)
                    let warm = try await Warm.run(spec, on: host)
                    #expect(warm.isWarm && !cold.isWarm, "\(interpreter.name): \(script.name): \(warm)")
                    let (said, wanted) = (Warm.outcome(warm), Warm.outcome(cold))
                    #expect(said == wanted, "\(interpreter.name): \(script.name)")
                }
                await host.close()
            }
        }

        @Test("limits hold, and end a run with the same word")
        func limits() async throws {
            let host = try await Warm.host()
            for row in Interpreter.limitRows {
                let cold = try await Hosts.run(row.spec)
                let warm = try await Warm.run(row.spec, on: host)
                #expect(warm.isWarm, "\(row.name): \(warm)")
                #expect(warm.verdict == row.verdict && cold.verdict == row.verdict, "\(row.name)")
            }
            await host.close()
        }

        @Test("no two runs have the same process, box or hash seed, and nothing of one is left for the next")
        func apart() async throws {
            let host = try await Warm.host(spare: 2)
            let script = """
                import os, sys
                print(sorted(os.listdir('/box')), os.listdir('/tmp'), os.getpid())
                print(hash('seed'), id(object()))
                open('/box/left', 'w').write('x'); open('/tmp/left', 'w').write('x')
                sys.modules['mine'] = sys
                """
            var seeds: Set<String> = []
            for _ in 0..<4 {
                let result = try await Warm.run(Interpreter.python.spec(Script("apart", script)), on: host)
                #expect(result.isWarm && result.verdict == .ok, "\(result)")
                let lines = result.stdout.text.split(separator: "\n").map(String.init)
                #expect(lines.first == "['main.py'] [] 2")
                seeds.insert(lines.last ?? "")
            }
            #expect(seeds.count == 4)
            await host.close()
        }

        @Test("what cannot be started ahead is started when it is known")
        func fallback() async throws {
            let host = try await Warm.host()
            let plain = Interpreter.python.spec(Script("plain", "import sys; print(sys.argv)"))
            #expect(try await Warm.run(plain, on: host).isWarm)
            var arguments = plain
            arguments.argv += ["one"]
            var variables = plain
            variables.environment["NAME"] = "value"
            var memory = plain
            memory.limits.memoryBytes = 300 << 20
            var packages = plain
            packages.files.append(
                SandboxFile(
                    path: ".local/lib/python\(Interpreter.pythonVersion)/site-packages/usercustomize.py",
                    bytes: Array("print('customised')".utf8)))
            var terminal = plain
            terminal.terminal = TerminalSize(columns: 80, rows: 24)
            var reported = plain
            reported.profile = .report
            var mounted = plain
            mounted.mounts = [ReadOnlyMount(source: "/etc/hostname", target: "/box/name")]
            for spec in [arguments, variables, memory, packages, terminal, reported, mounted] {
                try await Warm.wait(host, for: plain)
                let result = await (try host.start(spec)).result()
                #expect(!result.isWarm && result.verdict == .ok, "\(spec): \(result)")
                if spec.files.count > 1 { #expect(result.stdout.text.hasPrefix("customised\n")) }
            }
            #expect(try await Warm.run(plain, on: host).isWarm, "nobody took the one that waits")
            await host.close()
        }

        @Test("an interpreter that was killed while it waited, or cannot wait, is not used")
        func killed() async throws {
            let (host, warden) = try await Wardens.host(parked: 1, warm: 1)
            let spec = Interpreter.python.spec(Script("hello", "print('hello')"))
            #expect(try await Warm.run(spec, on: host).isWarm)
            try await Warm.wait(host, for: spec)
            for pid in Wardens.inits(of: warden) { kill(pid, SIGKILL) }
            try await Task.sleep(for: .milliseconds(100))
            let result = try await host.run(spec)
            #expect(result.stdout.text == "hello\n", "\(result)")
            var never = SandboxSpec(
                argv: ["/bin/true", "main.py"], files: [SandboxFile(path: "main.py", bytes: [])])
            never.warm = WarmStart(script: 1, spare: 1)
            for _ in 0..<6 {
                let result = try await host.run(never)
                #expect(result.verdict == .ok && !result.isWarm)
            }
            await host.close()
        }

        @Test("after many at once without a pause one waits again")
        func rush() async throws {
            let host = try await Warm.host(spare: 2)
            let spec = Interpreter.python.spec(Script("hello", "print('hello')"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<10 {
                            let result = try await host.run(spec)
                            #expect(result.stdout.text == "hello\n", "\(result)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await Warm.run(spec, on: host).isWarm)
            await host.close()
        }

        @Test("only what is used is kept, and no more than may be")
        func bounds() async throws {
            let host = try await Warm.host(warm: 1, spare: 3)
            let spec = Interpreter.python.spec(Script("hello", "print('hello')"))
            _ = try await host.run(spec)
            try await Hosts.rest(host)
            #expect(host.figures.warm == 0, "once is no evidence")
            for _ in 0..<3 { #expect(try await Warm.run(spec, on: host, spare: 3).isWarm) }
            #expect(host.figures.warm <= 1)
            var other = spec
            other.environment["OTHER"] = "kind"
            for _ in 0..<3 { #expect(try await Warm.run(other, on: host, spare: 3).verdict == .ok) }
            #expect(host.figures.warm <= 1)
            await host.close()
        }

        @Test("the worst programs come to the same end from an interpreter that waited, and nothing is left")
        func hostile() async throws {
            let machine = try await Hosts.shared.capabilities
            guard machine.limitsMemory else { return }
            let program = SandboxFile(path: "program", bytes: try await Compiled.program.value, mode: 0o755)
            try await leavesNothing {
                let host = try await Warm.host()
                for wanted in HostileProgram.all where isLong || wanted.verdicts.isDisjoint(with: Self.slow) {
                    var spec = try await Compiled.spec(wanted)
                    let words = spec.argv.dropFirst().joined(separator: " ")
                    let script = "exec /box/program \(words)\n"
                    spec.argv = ["/bin/sh", "main.sh"]
                    spec.files = [program, SandboxFile(path: "main.sh", bytes: Array(script.utf8))]
                    spec.warm = WarmStart(script: 1, spare: 1)
                    let result = try await Warm.run(spec, on: host)
                    #expect(result.isWarm, "\(wanted.name)")
                    wanted.expect(result)
                }
                await host.close()
            }
        }

        /// What takes time, and is a matter of counting that other tests look at.
        private static let slow: Set<SandboxVerdict> = [.wallLimit, .cpuLimit]

        @Test("the end of the warden or of the host ends those that wait, and leaves nothing")
        func ends() async throws {
            let spec = Interpreter.python.spec(Script("hello", "print('hello')"))
            for isKilled in [true, false] {
                let (host, warden) = try await Wardens.host(parked: 1, warm: 2)
                _ = try await Warm.run(spec, on: host)
                try await Warm.wait(host, for: spec)
                let inits = Wardens.inits(of: warden)
                let waiting = inits.flatMap(Wardens.children)
                #expect(!waiting.isEmpty)
                if isKilled { kill(warden, SIGKILL) }
                await host.close()
                for pid in inits + waiting { #expect(await Warm.isGone(pid)) }
            }
        }
    }
}

/// Hosts whose interpreters wait.
enum Warm {
    static func host(warm: Int = 2, spare: Int = 1) async throws -> SandboxHost {
        try await SandboxHost(SandboxHost.Configuration(parked: 2, warm: warm))
    }

    /// Waits until an interpreter is at its script, 20 seconds at most.
    static func wait(_ host: SandboxHost, for spec: SandboxSpec) async throws {
        for _ in 0..<2000 where !host.expects(spec) { try await Task.sleep(for: .milliseconds(10)) }
    }

    /// Runs it until it was waited for, a few times at most: when it is known, and when others went first.
    static func run(_ spec: SandboxSpec, on host: SandboxHost, spare: Int = 1) async throws -> SandboxResult {
        var spec = spec
        spec.warm = spec.warm.map { WarmStart(script: $0.script, spare: spare) }
        var result = try await host.run(spec)
        for round in 0..<4 where !result.isWarm {
            if round > 0 { try await wait(host, for: spec) }
            result = try await host.run(spec)
        }
        return result
    }

    /// What a run did, without what differs between any two.
    static func outcome(_ result: SandboxResult) -> String {
        let files = result.collected.map { "\($0.path)=\(String(decoding: $0.bytes, as: UTF8.self))" }
        return """
            \(result.verdict) \(result.exitCode ?? -1) \(result.signal ?? 0) \
            \(result.flags.map(\.rawValue).sorted()) \(files)
            \(result.stdout.text)
            --
            \(result.stderr.text)
            """
    }

    static func isGone(_ pid: pid_t) async -> Bool {
        for _ in 0..<400 where kill(pid, 0) == 0 {
            await ignoring("no sleep, no harm") { try await Task.sleep(for: .milliseconds(25)) }
        }
        return kill(pid, 0) == -1
    }
}
