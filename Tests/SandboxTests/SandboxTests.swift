import Glibc
import Sandbox
import SystemKit
import Testing

extension Isolation {
    @Suite(.timeLimit(.minutes(8)))
    struct SandboxTests {
        @Test("says hello")
        func hello() async throws {
            let result = try await Hosts.run(SandboxSpec(argv: ["echo", "hello"]))
            #expect(result.verdict == .ok)
            #expect(result.exitCode == 0)
            #expect(result.stdout.text == "hello\n")
            #expect(result.stderr.bytes.isEmpty)
            #expect(result.wallMicroseconds > 0 && result.memoryPeakBytes > 0)
        }

        @Test("gives back what it reads", arguments: [0, 1, 100, 65_536, 1_000_000])
        func echo(size: Int) async throws {
            let input = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let result = try await Hosts.run(SandboxSpec(argv: ["cat"], stdin: .bytes(input)))
            #expect(result.verdict == .ok)
            #expect(result.stdout.bytes == input)
        }

        @Test("reports the exit code", arguments: [0, 1, 42, 255])
        func exitCodes(code: Int) async throws {
            let result = try await Hosts.shell("exit \(code)")
            #expect(result.exitCode == code)
            #expect(result.verdict == (code == 0 ? .ok : .nonzeroExit))
        }

        @Test("reports the signal", arguments: [SIGSEGV, SIGABRT, SIGKILL, SIGTERM])
        func signals(number: CInt) async throws {
            let result = try await Hosts.shell("kill -\(number) $$")
            #expect(result.verdict == .signalled)
            #expect(result.signal == Int(number))
            #expect(result.exitCode == nil)
        }

        @Test("says that a program does not exist")
        func missing() async throws {
            let result = try await Hosts.run(SandboxSpec(argv: ["no-such-program"]))
            #expect(result.verdict == .nonzeroExit)
            #expect(result.exitCode == 127)
            #expect(result.flags.contains(.notExecutable))
        }

        @Test("sees exactly descriptors 0, 1 and 2")
        func descriptors() async throws {
            let result = try await Hosts.shell("ls -1 /proc/self/fd")
            #expect(result.stdout.text == "0\n1\n2\n3\n", "3 is ls's own directory")
        }

        @Test("sees itself and nothing of the host")
        func view() async throws {
            let line =
                "echo $$; hostname; ls -a /; ls /proc | grep -c '^[0-9]'; id -u; cat /proc/1/status; env"
            let result = try await Hosts.shell(line)
            let text = result.stdout.text
            #expect(text.hasPrefix("2\nsandbox\n"), "\(text) \(result.stderr.text)")
            #expect(!text.contains("work") && !text.contains("home"))
            #expect(!text.contains("Name:"), "init is hidden")
        }
    }
}
