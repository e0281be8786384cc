import Glibc
import HostilePrograms
import Sandbox
import SystemKit
import Testing

extension Isolation {
    /// Other people's holes, E1 to E18, where more is looked at than a verdict.
    @Suite(.timeLimit(.minutes(5)), .serialized)
    struct RegressionTests {
        @Test("E1: a program that replaces its files by links changes nothing outside and sends nothing out")
        func replacedFiles() async throws {
            var spec = try await Compiled.spec("e1_replaces_everything")
            spec.files.append(SandboxFile(path: "given/file", bytes: [1]))
            spec.collect = ["program", "out", "dir/passwd", "given/file", "given/passwd"]
            let before = Self.identity(of: "/etc/passwd")
            let result = try await Hosts.run(spec)
            #expect(result.verdict == .ok && result.collected.isEmpty, "\(result.collected.map(\.path))")
            #expect(Self.identity(of: "/etc/passwd") == before)
        }

        @Test("E2: no owner and no mode changes outside")
        func ownership() async throws {
            var spec = try await Compiled.spec("e2_ownership")
            spec.files.append(SandboxFile(path: "bound", content: .bind(to: "/bin/true")))
            let before = Self.identity(of: "/bin/true")
            let result = try await Hosts.run(spec)
            #expect(result.verdict == .ok, "\(result.stderr.text)")
            #expect(Self.identity(of: "/bin/true") == before)
        }

        @Test("E4: arguments arrive as they are, and none can hold a NUL")
        func arguments() async throws {
            let odd = [
                "a\nb", "`id`", "$(id)", "\\", "a;b|c&", "\u{202E}", "\u{FF0F}", "-o/etc/x", "", "'\"",
                "%s%n", "\t",
            ]
            let result = try await Hosts.run(try await Compiled.spec("e4_arguments", odd))
            #expect(result.stdout.text == odd.map { "\($0)\u{1}" }.joined())
            await #expect(throws: SandboxFailure.self) {
                try await Hosts.run(try await Compiled.spec("e4_arguments", ["a\u{0}b"]))
            }
        }

        @Test("E5: the collector takes regular files by their own names, nothing else")
        func collector() async throws {
            var spec = try await Compiled.spec("e5_artifacts")
            spec.collect = [
                "link", "pipe", "directory", "directory/", "directory/up/passwd", "chain", "hard", "magic",
                "socket", "locked", "locked/x", "good0/", "./good0/../good0", "../etc/passwd", "/etc/passwd",
                "huge0", "directory/5", "good0",
            ]
            let result = try? await Hosts.run(spec)
            if let result {
                let paths = Set(result.collected.map(\.path))
                #expect(paths.isSubset(of: ["good0", "directory/5", "huge0", "good0/"]), "\(paths)")
                #expect(
                    result.collected.allSatisfy {
                        !$0.path.hasPrefix("good") || $0.bytes == Array("good".utf8)
                    })
            }
            spec.collect = [
                "link", "pipe", "directory", "chain", "hard", "magic", "socket", "locked", "good0",
            ]
            let plain = try await Hosts.run(spec)
            #expect(plain.collected.map(\.path) == ["good0"], "\(plain.verdict) \(plain.stderr.text)")
        }

        @Test(
            "E13: no path of a caller leads to the host",
            arguments: ["/etc/passwd", "../../etc/passwd", "a/../b"])
        func callersPaths(path: String) async throws {
            var spec = try await Compiled.spec("e6_descriptors")
            spec.collect = [path]
            if let result = try? await Hosts.run(spec) { #expect(result.collected.isEmpty) }
            await #expect(throws: SandboxFailure.self) {
                spec.files = [SandboxFile(path: path, bytes: [])]
                return try await Hosts.run(spec)
            }
        }

        @Test(
            "E14: a compiler sees no more than a program",
            arguments: [
                "printf '#include \"/etc/shadow\"' > a.c; ! gcc -E a.c", "cat /etc/shadow",
                "printf '.incbin \"/etc/shadow\"' > a.s; ! gcc -c a.s", "cat /root/.profile",
                "ls /home /run /sys",
                "printf '#include <unistd.h>\\nint plugin_is_GPL_compatible;"
                    + "__attribute__((constructor)) void f(){unlink(\"/etc/passwd\");"
                    + "if(getuid()<1000000)_exit(0);_exit(9);}' > p.c;"
                    + " gcc -shared -fPIC -o p.so p.c && touch e.c && "
                    + "gcc -fplugin=./p.so -c e.c && exit 0; exit 1",
            ])
        func compiler(line: String) async throws {
            let limits = SandboxLimits(cpu: .seconds(20), memoryBytes: 512 << 20)
            let spec = SandboxSpec(
                profile: .compile, argv: ["/bin/sh", "-c", "( \(line) ) > out 2>&1 && exit 0; exit 1"],
                limits: limits,
                collect: ["out"])
            let result = try await Hosts.run(spec)
            let text = result.collected.first.map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
            #expect(!text.contains("root:") || line.hasPrefix("ls"), "\(text)")
            #expect(line.contains("!") ? result.verdict == .ok : result.verdict == .nonzeroExit, "\(text)")
        }

        @Test("E15: many starts at once, each with three descriptors, and all of ours come back")
        func manyStarts() async throws {
            let spec = try await Compiled.spec("e6_descriptors")
            let count = isLong ? 500 : 48
            @Sendable func all() async throws {
                try await withThrowingTaskGroup(of: SandboxResult.self) { group in
                    for _ in 0..<count { group.addTask { try await Hosts.run(spec) } }
                    for try await result in group {
                        #expect(result.verdict == .ok, "\(result.stderr.text) \(result.message ?? "")")
                    }
                }
            }
            // Seats are kept: the first round makes as many as are ever needed at once.
            try await all()
            try await Task.sleep(for: .milliseconds(100))
            try await Hosts.rest()
            let before = try await Footprint.calm()
            try await all()
            let after = try await Footprint.settled(after: before)
            #expect(after.descriptors <= before.descriptors + count, "\(after.beyond(before))")
            #expect(after.processes <= before.processes && after.cgroups <= before.cgroups)
            #expect(after.mounts <= before.mounts)
        }

        @Test("H48: a library to preload is the program's own affair")
        func preload() async throws {
            let line =
                "printf 'int unlink(){return 0;}' > p.c; gcc -shared -o p.so p.c &&"
                + " LD_PRELOAD=/box/p.so /bin/true"
            let limits = SandboxLimits(cpu: .seconds(20), memoryBytes: 512 << 20)
            let spec = SandboxSpec(profile: .compile, argv: ["/bin/sh", "-c", line], limits: limits)
            #expect(try await Hosts.run(spec).verdict == .ok)
            #expect(try await Hosts.shell("rm -f /tmp/x; echo $LD_PRELOAD").stdout.text == "\n")
        }

        @Test(
            "H48: names of input files stay in the box, however odd",
            arguments: [
                "C:\\x", "a\\..\\b", "\u{2024}\u{2024}/x", "..\u{2215}x", "%2e%2e/x", ".../x", "-rf", " ",
                "a\nb", "a/\u{1F3FB}b/\u{301}c", "\u{e9}/a", "e\u{301}/a",
                String(repeating: "n", count: 255), String(repeating: "d/", count: 60) + "x",
            ])
        func oddNames(path: String) async throws {
            try await Hosts.rest()
            let before = try await Footprint.calm()
            let spec = SandboxSpec(
                argv: ["/bin/sh", "-c", "find . -type f | wc -l"],
                files: [SandboxFile(path: path, bytes: [1])], limits: HostileProgram.small)
            if let result = try? await Hosts.run(spec) {
                #expect(result.verdict == .ok && result.stdout.totalBytes > 0)
            }
            #expect(try await Footprint.settled(after: before).isWithin(before))
        }

        @Test("a name that is too long is refused, and leaves nothing")
        func longName() async throws {
            try await leavesNothing {
                let file = SandboxFile(path: String(repeating: "n", count: 300), bytes: [1])
                await #expect(throws: SandboxFailure.self) {
                    try await Hosts.run(SandboxSpec(argv: ["true"], files: [file]))
                }
            }
        }

        @Test("the second wall stands where the kernel has it")
        func secondWall() async throws {
            let version = try await Hosts.shared.capabilities.landlockVersion
            let result = try await Hosts.run(try await Compiled.spec("second_wall"))
            #expect(result.exitCode == (version > 0 ? Int(EACCES) : 0))
            print("landlock: version \(version)")
        }

        private struct Identity: Equatable {
            let inode: UInt64
            let mode: UInt32
            let owner: UInt32
            let size: Int64
            let changed: Int
        }

        private static func identity(of path: String) -> Identity? {
            var about = stat()
            guard stat(path, &about) == 0 else { return nil }
            return Identity(
                inode: UInt64(about.st_ino), mode: about.st_mode, owner: about.st_uid,
                size: Int64(about.st_size),
                changed: about.st_mtim.tv_nsec)
        }
    }
}
