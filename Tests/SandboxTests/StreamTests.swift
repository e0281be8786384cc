import Glibc
import Sandbox
import SystemKit
import Testing

extension Isolation {
    @Suite(.timeLimit(.minutes(8)))
    struct StreamTests {
        @Test("output comes as it is written")
        func streaming() async throws {
            let line = "echo one; sleep 0.2; echo two >&2"
            let run = try await Hosts.shared.start(SandboxSpec(argv: ["/bin/sh", "-c", line]))
            var heard: [String] = []
            for await event in run.events {
                switch event {
                case .output(let stream, let bytes):
                    heard.append("\(stream.rawValue): \(String(decoding: bytes, as: UTF8.self))")
                case .sample: break
                case .finished(let result): heard.append("\(result.verdict)")
                }
            }
            #expect(heard == ["stdout: one\n", "stderr: two\n", "ok"])
        }

        @Test("a conversation: what is written is read, the end of input ends the program")
        func conversation() async throws {
            let run = try await Hosts.shared.start(SandboxSpec(argv: ["cat"], stdin: .stream))
            var events = run.events.makeAsyncIterator()
            for word in ["hello\n", "again\n"] {
                try await run.write(Array(word.utf8))
                guard case .output(.stdout, let bytes) = await events.next() else {
                    Issue.record("no answer to \(word)")
                    return
                }
                #expect(String(decoding: bytes, as: UTF8.self) == word)
            }
            await run.closeStdin()
            #expect(await run.result().verdict == .ok)
            await #expect(throws: SystemFailure.self) { try await run.write([1]) }
        }

        @Test("a megabyte of input waits for its reader")
        func bigInput() async throws {
            let run = try await Hosts.shared.start(SandboxSpec(argv: ["wc", "-c"], stdin: .stream))
            for _ in 0..<16 { try await run.write([UInt8](repeating: 65, count: 64 << 10)) }
            await run.closeStdin()
            #expect(await run.result().stdout.text == "1048576\n")
        }

        @Test("H13: a slow reader slows the program and costs no memory")
        func backPressure() async throws {
            var limits = SandboxLimits(cpu: .seconds(10), wall: .seconds(60), stdoutBytes: 8 << 20)
            limits.processes = 8
            let spec = SandboxSpec(argv: ["head", "-c", "4000000", "/dev/zero"], limits: limits)
            let run = try await Hosts.shared.start(spec)
            try await Task.sleep(for: .milliseconds(300))
            var total = 0
            var largest = 0
            for await event in run.events {
                if case .output(_, let bytes) = event {
                    total += bytes.count
                    largest = max(largest, bytes.count)
                }
            }
            #expect(total == 4_000_000)
            #expect(largest <= 64 << 10)
        }

        @Test(
            "cancelling ends it at once, whatever it does",
            arguments: ["sleep 60", "while :; do :; done", "cat"])
        func cancelling(line: String) async throws {
            let run = try await Hosts.shared.start(
                SandboxSpec(argv: ["/bin/sh", "-c", line], stdin: .stream))
            try await Task.sleep(for: .milliseconds(50))
            run.cancel()
            let result = await run.result()
            #expect(result.verdict == .cancelled)
        }

        @Test("a cancelled task ends its program")
        func cancelledTask() async throws {
            let host = try await Hosts.shared
            let task = Task { try await host.run(SandboxSpec(argv: ["sleep", "60"])) }
            try await Task.sleep(for: .milliseconds(100))
            task.cancel()
            #expect(try await task.value.verdict == .cancelled)
        }

        @Test("a signal reaches the program")
        func signals() async throws {
            let line = "trap 'echo caught; exit 7' USR1; echo ready; while :; do sleep 0.05; done"
            let run = try await Hosts.shared.start(SandboxSpec(argv: ["/bin/sh", "-c", line]))
            var text = ""
            var code: Int?
            for await event in run.events {
                if case .output(_, let bytes) = event {
                    text += String(decoding: bytes, as: UTF8.self)
                    if text == "ready\n" { run.signal(SIGUSR1) }
                }
                if case .finished(let result) = event { code = result.exitCode }
            }
            #expect(text == "ready\ncaught\n")
            #expect(code == 7)
        }

        @Test("usage is sampled while it runs")
        func samples() async throws {
            let spec = SandboxSpec(
                argv: ["/bin/sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"],
                limits: SandboxLimits(cpu: .seconds(10)), sampleRate: .milliseconds(10))
            let result = try await Hosts.run(spec)
            #expect(result.samples.count >= 2)
            let last = try #require(result.samples.last)
            #expect(last.cpuMicroseconds > 0 && last.memoryBytes > 0)
            #expect(
                zip(result.samples, result.samples.dropFirst()).allSatisfy {
                    $0.elapsedMicroseconds < $1.elapsedMicroseconds
                })
        }

        @Test("output beyond the cap is cut and said so", arguments: [OutputStream.stdout, .stderr])
        func truncation(stream: OutputStream) async throws {
            let limits = SandboxLimits(stdoutBytes: 10, stderrBytes: 10)
            let result = try await Hosts.shell(
                "printf 12345678901 >&\(stream == .stdout ? 1 : 2)", limits: limits)
            let output = stream == .stdout ? result.stdout : result.stderr
            #expect(result.verdict == .outputLimit)
            #expect(output.text == "1234567890" && output.isTruncated && output.totalBytes == 11)
        }
    }
}
