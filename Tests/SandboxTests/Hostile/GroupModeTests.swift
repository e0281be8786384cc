import Glibc
import HostilePrograms
import Sandbox
import Testing

extension Isolation {
    /// Cgroups v1, v2, hybrid and none: this binary runs once more for each mode, in a mount namespace of
    /// its own that shows only the hierarchies of that mode.
    @Suite(.timeLimit(.minutes(5)), .serialized)
    struct GroupModeTests {
        struct Mode: Sendable, CustomTestStringConvertible {
            let accounting: String
            /// What hides the other hierarchies.
            let hide: String
            var testDescription: String {
                hide.isEmpty ? "\(accounting), as it is" : "\(accounting) after \(hide)"
            }
        }

        private static let mounts = text(of: "/proc/self/mountinfo")
        private static let hasOld = mounts.contains(" - cgroup ")
        private static let hasUnified = mounts.contains(" - cgroup2 ")
        private static let hideAll = "umount -a -t cgroup,cgroup2"

        /// As far as this machine has them.
        static var modes: [Mode] {
            if hasOld && hasUnified {
                return [
                    Mode(accounting: "cgroup hybrid", hide: ""),
                    Mode(accounting: "cgroup v1", hide: "umount -a -t cgroup2"),
                    // Version 2 without its controllers, which belong to version 1 here.
                    Mode(accounting: "rlimit", hide: "umount -a -t cgroup"),
                ] + (isLong ? [Mode(accounting: "rlimit", hide: hideAll)] : [])
            }
            let present = hasOld ? "cgroup v1" : hasUnified ? "cgroup v2" : "rlimit"
            return [Mode(accounting: present, hide: ""), Mode(accounting: "rlimit", hide: hideAll)]
        }

        @Test("limits and verdicts are right in each mode", arguments: modes)
        func mode(_ mode: Mode) async throws {
            let hide = mode.hide.isEmpty ? ":" : mode.hide
            let line =
                "\(hide); exec /proc/\(getpid())/exe --testing-library swift-testing --filter ModeProbe"
            let status = try await Self.run(
                ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", line],
                environment: ["CODECOLLAB_EXPECT_ACCOUNTING=\(mode.accounting)"])
            #expect(status == 0)
        }

        private static func run(_ argv: [String], environment: [String]) async throws -> Int32 {
            var pid = pid_t()
            let kept = ["PATH", "HOME", "CODECOLLAB_HOSTILE_PROGRAMS", "CODECOLLAB_LONG"].compactMap {
                (name: String) -> String? in
                getenv(name).map { "\(name)=\(String(cString: $0))" }
            }
            let arguments = argv.map { strdup($0) } + [nil]
            let variables = (kept + environment).map { strdup($0) } + [nil]
            defer { for string in arguments + variables { free(string) } }
            let error = posix_spawnp(&pid, argv[0], nil, nil, arguments, variables)
            try #require(error == 0)
            var status: Int32 = 0
            while waitpid(pid, &status, WNOHANG) == 0 { try await Task.sleep(for: .milliseconds(20)) }
            return status
        }

        private static func text(of path: String) -> String {
            guard let file = fopen(path, "r") else { return "" }
            defer { fclose(file) }
            var bytes: [UInt8] = []
            var character = getc(file)
            while character != EOF {
                bytes.append(UInt8(truncatingIfNeeded: character))
                character = getc(file)
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}

/// What `GroupModeTests` runs inside each mode.
@Suite(
    .timeLimit(.minutes(8)), .serialized,
    .enabled(if: getenv("CODECOLLAB_EXPECT_ACCOUNTING") != nil, "runs inside the mode tests"))
struct ModeProbe {
    @Test("says what it counts with")
    func accounting() async throws {
        let known = try await Hosts.shared.capabilities
        #expect(getenv("CODECOLLAB_EXPECT_ACCOUNTING").map { String(cString: $0) } == known.accounting)
        #expect(known.limitsMemory == (known.accounting != "rlimit"))
        // Before Linux 6.15 there is one about who we are, which says nothing of what is counted.
        let told = known.warnings.filter { !$0.contains("the service stays root") }
        #expect(told.isEmpty == known.limitsMemory, "\(told)")
    }

    @Test("verdicts, and nothing left")
    func verdicts() async throws {
        // Descriptors of the runtime's own, and the sandboxes' seats, are there before anything is compared.
        for _ in 0..<3 { _ = try await Hosts.run(try await Compiled.spec("e6_descriptors")) }
        try await Task.sleep(for: .milliseconds(50))
        let isCounted = try await Hosts.shared.capabilities.limitsMemory
        let always = ["h11_floods_stdout", "h21_spins", "h48_daemon"]
        let counted = ["h1_forks", "h4_in_many"]
        let some = always + (isCounted ? counted : [])
        for program in HostileProgram.all where isLong && isCounted || some.contains(program.name) {
            var program = program
            // Without cgroups CPU time is counted in whole seconds.
            if !isCounted { program.limits.cpu = .seconds(1) * HostileProgram.slowness }
            let spec = try await Compiled.spec(program)
            try await leavesNothing {
                let result = try await Hosts.run(spec)
                #expect(
                    program.verdicts.contains(result.verdict),
                    "\(program.name): \(result.verdict) \(result.flags)")
                #expect(result.memoryPeakBytes > 0 && result.cpuUserMicroseconds >= 0)
            }
        }
    }
}
