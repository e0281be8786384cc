import Glibc
import Sandbox
import SystemKit
import Testing

/// Compiles C, statically, inside a sandbox: the compile profile is tested on the way.
enum Compiled {
    private static let prelude = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <sched.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/file.h>
        #include <sys/mman.h>
        #include <sys/mount.h>
        #include <sys/personality.h>
        #include <sys/ptrace.h>
        #include <sys/resource.h>
        #include <sys/socket.h>
        #include <sys/stat.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <sys/uio.h>
        #include <sys/un.h>
        #include <sys/wait.h>
        #include <unistd.h>

        """

    private actor Cache {
        var programs: [String: [UInt8]] = [:]
        func keep(_ program: [UInt8], of source: String) { programs[source] = program }
    }

    private static let cache = Cache()

    static func program(_ source: String) async throws -> [UInt8] {
        if let known = await cache.programs[source] { return known }
        let program = try await compile(source)
        await cache.keep(program, of: source)
        return program
    }

    private static func compile(_ source: String) async throws -> [UInt8] {
        let spec = SandboxSpec(
            profile: .compile, argv: ["gcc", "-O0", "-w", "-static", "-pthread", "-o", "program", "main.c"],
            files: [SandboxFile(path: "main.c", bytes: Array((prelude + source).utf8))],
            limits: SandboxLimits(cpu: .seconds(20), memoryBytes: 512 << 20), collect: ["program"])
        let result = try await Hosts.run(spec)
        let program = try #require(result.collected.first, "\(result.verdict) \(result.stderr.text)")
        #expect(program.isExecutable)
        return program.bytes
    }

    static func spec(_ program: HostileProgram) async throws -> SandboxSpec {
        var limits = HostileProgram.limits
        // On a busy machine 400 ms of CPU can take long.
        if program.verdicts == [.cpuLimit] { limits.wall = .seconds(10) }
        return SandboxSpec(
            argv: ["/box/program"],
            files: [
                SandboxFile(path: "program", bytes: try await self.program(program.source), mode: 0o755)
            ], stdin: program.stdin, limits: limits)
    }
}

extension Isolation {
    @Suite(
        .timeLimit(.minutes(3)), .serialized,
        .enabled("sums over processes need cgroups") { try await Hosts.shared.capabilities.limitsMemory })
    struct HostileTests {
        @Test("gives the right verdict alone", arguments: HostileProgram.all)
        func alone(program: HostileProgram) async throws {
            let result = try await Hosts.run(try await Compiled.spec(program))
            expect(result, of: program)
        }

        @Test("four at once: the right verdicts, and a victim beside them unharmed")
        func together() async throws {
            let programs = HostileProgram.all
            var specs: [SandboxSpec] = []
            for program in programs { specs.append(try await Compiled.spec(program)) }
            for start in stride(from: 0, to: programs.count, by: 4) {
                let range = start..<min(start + 4, programs.count)
                try await withThrowingTaskGroup(of: (Int, SandboxResult).self) { group in
                    for index in range {
                        group.addTask { [spec = specs[index]] in (index, try await Hosts.run(spec)) }
                    }
                    let victim = try await Hosts.shell(
                        "i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done; echo $i")
                    #expect(victim.verdict == .ok && victim.stdout.text == "1000\n")
                    for try await (index, result) in group { expect(result, of: programs[index]) }
                }
            }
        }

        @Test("leaves no process, mount, cgroup, or descriptor behind")
        func residue() async throws {
            _ = try await Hosts.shell("true")
            var spec = try await Compiled.spec(HostileProgram.all[0])
            spec.limits.cpu = .milliseconds(50)
            for _ in 0..<5 { _ = try await Hosts.run(spec) }
            // The first sleep of a process opens descriptors of the runtime's own.
            try await Task.sleep(for: .milliseconds(300))
            let before = Footprint()
            for _ in 0..<40 { _ = try await Hosts.run(spec) }
            try await Task.sleep(for: .milliseconds(300))
            let after = Footprint()
            #expect(
                after == before,
                "\(Set(after.names).subtracting(before.names)) \(Set(before.names).subtracting(after.names))")
            #expect(before.processes == 0)
        }

        private func expect(_ result: SandboxResult, of program: HostileProgram) {
            let detail =
                "\(program.name): \(result.verdict) \(result.flags) code \(result.exitCode ?? -1)"
                + " signal \(result.signal ?? 0) \(result.stderr.text.prefix(400)) \(result.message ?? "")"
            #expect(program.verdicts.contains(result.verdict), "\(detail)")
            #expect(program.flags.isSubset(of: result.flags), "\(detail)")
            #expect(result.stdout.bytes.count <= HostileProgram.limits.stdoutBytes)
            #expect(result.cpuUserMicroseconds + result.cpuSystemMicroseconds < 700_000, "\(detail)")
        }
    }
}

/// What this process and its sandboxes hold of the machine.
struct Footprint: Equatable {
    let processes: Int
    let mounts: Int
    let cgroups: Int
    let descriptors: Int
    let names: [String]

    static func == (left: Self, right: Self) -> Bool {
        left.processes == right.processes && left.mounts == right.mounts && left.cgroups == right.cgroups
            && left.descriptors == right.descriptors
    }

    init() {
        // The block of user numbers that this process gives its sandboxes.
        let firstUser = 1_000_000 + uid_t(getpid()) % 65_536 * 1024
        let ownUsers = firstUser..<firstUser + 1024
        let pids = Self.names("/proc").filter { Int($0) != nil }
        processes =
            pids.filter { pid in
                var status = stat()
                return stat("/proc/\(pid)", &status) == 0 && ownUsers.contains(status.st_uid)
            }.count
        mounts = Self.lines("/proc/self/mountinfo")
        cgroups = Self.lines("/proc/self/cgroup") < 0 ? 0 : Self.cgroups(below: "/sys/fs/cgroup", depth: 4)
        names = Self.names("/proc/self/fd").map { fd in
            var buffer = [CChar](repeating: 0, count: 256)
            let count = readlink("/proc/self/fd/\(fd)", &buffer, 255)
            return "\(fd) "
                + String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        descriptors = names.count
    }

    /// Cgroups of our runs, wherever in the tree this process is.
    private static func cgroups(below directory: String, depth: Int) -> Int {
        guard depth > 0 else { return 0 }
        return names(directory).filter { !$0.hasPrefix(".") }.reduce(0) { sum, name in
            var status = stat()
            let path = "\(directory)/\(name)"
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return sum }
            if name.hasPrefix("codecollab-\(getpid())-") { return sum + 1 }
            return sum + cgroups(below: path, depth: depth - 1)
        }
    }

    private static func names(_ directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) {
                    String(cString: $0.bindMemory(to: CChar.self).baseAddress!)
                })
        }
        return names
    }

    private static func lines(_ path: String) -> Int {
        guard let file = fopen(path, "r") else { return -1 }
        defer { fclose(file) }
        var count = 0
        var character = getc(file)
        while character != EOF {
            if character == 10 { count += 1 }
            character = getc(file)
        }
        return count
    }
}
