import Glibc
import Sandbox
import SystemKit
import Testing

extension Isolation {
    /// Sandboxes that wait for a program.
    @Suite(.timeLimit(.minutes(8)))
    struct PoolTests {
        private static func host(parked: Int) async throws -> SandboxHost {
            try await SandboxHost(SandboxHost.Configuration(parked: parked))
        }

        private func fill(_ host: SandboxHost) async throws {
            for _ in 0..<400 where host.figures.inUse > 0 || host.figures.parked < host.figures.wanted {
                try await Task.sleep(for: .milliseconds(25))
            }
        }

        @Test("a program finds a sandbox that was there before it, and nobody else gets that one")
        func pooled() async throws {
            let host = try await Self.host(parked: 2)
            var marks: Set<String> = []
            for _ in 0..<6 {
                try await fill(host)
                let line = "ls -A /box /tmp; echo $$; touch /box/mine /tmp/mine; stat -c %d /box"
                let result = try await host.run(SandboxSpec(argv: ["/bin/sh", "-c", line]))
                #expect(result.verdict == .ok && result.isPooled, "\(result)")
                #expect(result.stdout.text.hasPrefix("/box:\n\n/tmp:\n2\n"), "\(result.stdout.text)")
                marks.insert(String(result.stdout.text.split(separator: "\n").last ?? ""))
            }
            #expect(marks.count > 1, "a box of its own each time")
            await host.close()
        }

        @Test("a program that is run again and again is the file under its path, whatever lay there before")
        func again() async throws {
            let host = try await Self.host(parked: 2)
            let path = "/tmp/codecollab-again-\(UInt64.random(in: 0 ... .max))"
            defer { unlink(path) }
            for generation in 1...3 {
                try FileBytes.replace(path, with: Array("#!/bin/sh\necho \(generation)\n".utf8))
                #expect(chmod(path, 0o755) == 0)
                for _ in 0..<5 {
                    try await fill(host)
                    let file = SandboxFile(path: "tool", content: .bind(to: path), mode: 0o755)
                    let result = try await host.run(SandboxSpec(argv: ["/box/tool"], files: [file]))
                    #expect(result.verdict == .ok && result.stdout.text == "\(generation)\n", "\(result)")
                }
            }
            await host.close()
        }

        @Test("without a pool each sandbox is made when it is asked for")
        func cold() async throws {
            let host = try await Self.host(parked: 0)
            let result = try await host.run(SandboxSpec(argv: ["echo", "hello"]))
            #expect(result.verdict == .ok && !result.isPooled && result.stdout.text == "hello\n")
            #expect(host.figures.parked == 0)
            await host.close()
        }

        @Test("a start for which there are not descriptors enough leaves nothing, wherever that shows")
        func exhausted() async throws {
            let host = try await Self.host(parked: 0)
            let spec = SandboxSpec(argv: ["true"])
            for _ in 0..<3 { _ = try await host.run(spec) }
            var failures = 0
            try await leavesNothing {
                for room in 0..<64 {
                    do { if try await Self.run(spec, on: host, room: room).verdict == .ok { break } } catch {
                        failures += 1
                    }
                }
            }
            // The pipes and sockets of a sandbox, and what its warden passes on, are that many at least.
            #expect(failures > 12, "\(failures)")
            #expect(try await host.run(spec).verdict == .ok)
            await host.close()
        }

        /// With room for so many descriptors more than there are.
        private static func run(
            _ spec: SandboxSpec, on host: SandboxHost, room: Int
        ) async throws -> SandboxResult {
            let used = Set(Footprint.names("/proc/self/fd").compactMap { Int($0) })
            let free = (0..<65_536).lazy.filter { !used.contains($0) }
            var (before, limit) = (rlimit(), rlimit())
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before)
            limit = before
            limit.rlim_cur = rlim_t(free.dropFirst(room).first ?? 65_536)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            defer { setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before) }
            return try await host.run(spec)
        }

        @Test("a parked sandbox takes limits other than those it was made with")
        func limits() async throws {
            let host = try await Self.host(parked: 2)
            let row = "df -P /box | tail -1 | tr -s ' ' | cut -d ' ' -f 2; ulimit -n"
            for (memory, disk, files) in [(64 << 20, 8 << 20, 50), (512 << 20, 128 << 20, 300)] {
                try await fill(host)
                let limits = SandboxLimits(
                    memoryBytes: memory, processes: 7, openFiles: files, diskBytes: disk)
                let spec = SandboxSpec(argv: ["/bin/sh", "-c", row], limits: limits)
                let result = try await host.run(spec)
                #expect(result.isPooled && result.verdict == .ok, "\(result)")
                #expect(result.stdout.text == "\(disk >> 10)\n\(files)\n", "\(result.stderr.text)")
            }
            try await fill(host)
            let hungry = SandboxSpec(
                argv: ["/bin/sh", "-c", "a=x; while :; do a=$a$a; done"],
                limits: SandboxLimits(cpu: .seconds(10), memoryBytes: 32 << 20))
            if host.capabilities.limitsMemory {
                #expect(try await host.run(hungry).verdict == .memoryLimit)
            }
            await host.close()
        }

        @Test("arguments of every length arrive", arguments: [1, 100, 30_000, 40_000, 120_000])
        func arguments(bytes: Int) async throws {
            let text = String(repeating: "a", count: bytes)
            let words = Array(repeating: text, count: 5)
            let spec = SandboxSpec(
                argv: ["/bin/sh", "-c", "echo ${#0} ${#5} ${#VALUE}; shift 4; echo $#"] + words + ["last"],
                environment: ["VALUE": text])
            let result = try await Hosts.run(spec)
            let said = "\(bytes) 4 \(bytes)\n1\n"
            #expect(result.stdout.text == said, "\(result.verdict) \(result.stderr.text)")
        }

        @Test("the pool grows while sandboxes are missing, and no further than it may")
        func growth() async throws {
            let host = try await Self.host(parked: 3)
            for _ in 0..<4 {
                try await withThrowingTaskGroup(of: SandboxVerdict.self) { group in
                    for _ in 0..<8 {
                        group.addTask { try await host.run(SandboxSpec(argv: ["true"])).verdict }
                    }
                    for try await verdict in group { #expect(verdict == .ok) }
                }
                #expect(host.figures.parked <= 3)
            }
            try await fill(host)
            let figures = host.figures
            #expect(figures.inUse == 0 && figures.parked == 3 && figures.wanted == 3)
            await host.close()
        }

        @Test("a parked sandbox that somebody killed is not used")
        func killed() async throws {
            let (host, warden) = try await Wardens.host(parked: 2)
            _ = try await host.run(SandboxSpec(argv: ["true"]))
            try await fill(host)
            for pid in Wardens.inits(of: warden) { kill(pid, SIGKILL) }
            try await Task.sleep(for: .milliseconds(100))
            let result = try await host.run(SandboxSpec(argv: ["echo", "still here"]))
            #expect(result.stdout.text == "still here\n", "\(result)")
            await host.close()
        }

        @Test("the end of the warden ends every program; the next one has another warden")
        func wardenGone() async throws {
            let (host, warden) = try await Wardens.host(parked: 1)
            let run = try await host.start(SandboxSpec(argv: ["sleep", "60"]))
            try await Task.sleep(for: .milliseconds(200))
            kill(warden, SIGKILL)
            #expect(await run.result().verdict == .internalError)
            for _ in 0..<3 {
                let result = try await host.run(SandboxSpec(argv: ["echo", "again"]))
                #expect(result.stdout.text == "again\n", "\(result)")
            }
            await host.close()
        }

        @Test("closing ends what runs, and leaves no process and no cgroup")
        func closing() async throws {
            let (host, warden) = try await Wardens.host(parked: 2)
            let run = try await host.start(SandboxSpec(argv: ["sleep", "60"]))
            try await Task.sleep(for: .milliseconds(200))
            #expect(!Wardens.inits(of: warden).isEmpty)
            await host.close()
            _ = await run.result()
            #expect(Wardens.children(of: warden).isEmpty)
            #expect(kill(warden, 0) == -1)
        }
    }
}

/// The processes that clone sandboxes, children of this one.
enum Wardens {
    /// A host of its own, and its warden.
    static func host(parked: Int, warm: Int = 0) async throws -> (SandboxHost, pid_t) {
        let before = Set(all)
        let host = try await SandboxHost(SandboxHost.Configuration(parked: parked, warm: warm))
        return (host, try #require(all.first { !before.contains($0) }))
    }

    private static var all: [pid_t] {
        children(of: getpid()).filter { name($0) == "codecollab-warden".prefix(15) }
    }

    private static func name(_ pid: pid_t) -> Substring { text("/proc/\(pid)/comm").prefix { $0 != "\n" } }

    /// The sandboxes: its children without the mounter.
    static func inits(of warden: pid_t) -> [pid_t] {
        children(of: warden).filter { !isMounter($0) }
    }

    static func isMounter(_ pid: pid_t) -> Bool { name(pid) == "codecollab-mounter".prefix(15) }

    static func children(of parent: pid_t) -> [pid_t] {
        let tasks = Footprint.names("/proc/\(parent)/task").filter { Int($0) != nil }
        return tasks.flatMap {
            text("/proc/\(parent)/task/\($0)/children").split(separator: " ").compactMap { pid_t($0) }
        }
    }

    private static func text(_ path: String) -> String {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return "" }
        let file = FD(owning: number)
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = read(file.number, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
    }
}
