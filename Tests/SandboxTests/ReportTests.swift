import Sandbox
import Testing

extension Isolation {
    @Suite("A report of system calls", .timeLimit(.minutes(5)))
    struct ReportTests {
        private func run(_ line: String, _ profile: SandboxProfile = .report) async throws -> SandboxResult {
            try await Hosts.run(
                SandboxSpec(
                    profile: profile, argv: ["/bin/sh", "-c", line],
                    limits: SandboxLimits(cpu: .seconds(30), wall: .seconds(170))))
        }

        private func entry(_ name: String, _ result: SandboxResult) -> TriedCalls.Entry? {
            result.calls?.calls.values.first { $0.name == name }
        }

        @Test("names what was tried by the program and all that it started, and what was refused")
        func names() async throws {
            let result = try await run("/bin/true; /bin/true; /usr/bin/unshare -U /bin/true; echo done")
            #expect(result.verdict == .ok && result.stdout.text == "done\n", "\(result)")
            let refused = result.calls?.calls.values.filter { $0.refused > 0 } ?? []
            let unshare = try #require(entry("unshare", result))
            #expect(unshare.count == 1 && unshare.refused == 1 && unshare.errno == 1)
            #expect(unshare.firstArgument == 0x1000_0000, "CLONE_NEWUSER")
            #expect(refused.contains(unshare))
            #expect(entry("execve", result)?.count == 3, "the program's own start is not its own call")
            #expect(entry("write", result)?.count ?? 0 >= 2, "the shell's and what unshare complains of")
            #expect(entry("openat", result)?.refused == 0)
            #expect(result.calls?.leftOut == 0)
        }

        @Test(
            "programs end as they do without",
            arguments: [
                "exit 3", "kill -9 $$", "timeout 0.1 sleep 100", "cat /nothing",
                "echo a > a; cat < a | (cat; exit 4)",
                "for i in 1 2 3 4 5 6 7 8; do sleep 0.01 & done; wait; echo all",
            ])
        func same(line: String) async throws {
            let (reported, plain) = (try await run(line), try await run(line, .run))
            #expect(reported.verdict == plain.verdict && reported.exitCode == plain.exitCode)
            #expect(reported.signal == plain.signal)
            #expect(reported.stdout.bytes == plain.stdout.bytes)
            #expect(reported.stderr.bytes == plain.stderr.bytes)
            #expect(reported.calls != nil && plain.calls == nil)
        }

        @Test("several at once do not mix")
        func several() async throws {
            try await withThrowingTaskGroup(of: (Int, SandboxResult).self) { group in
                for count in 1...4 {
                    group.addTask {
                        let line = String(repeating: "/usr/bin/unshare -U /bin/true; ", count: count)
                        return (count, try await run("\(line) true"))
                    }
                }
                for try await (count, result) in group { #expect(entry("unshare", result)?.refused == count) }
            }
        }
    }
}
