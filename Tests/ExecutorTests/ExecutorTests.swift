import Artifacts
import Contracts
import ExecutorService
import Glibc
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(8)))
struct ExecutorTests {
    @Test("runs a program and answers its result to one who waits")
    func waits() async throws {
        try await Executors.run { executors in
            var request = try ExecutionRequest.shell("cat; echo \"$1\" >&2; exit 3")
            request.stdin = "héllo"
            request.arguments = [try ProgramArgument("argument")]
            let execution = try await executors.create(request)
            let result = try #require(execution.result)
            #expect(execution.state == .finished)
            #expect(result.verdict == .nonzeroExit && result.exitCode == 3)
            #expect(result.stdout.content == "héllo" && result.stdout.encoding == .utf8)
            #expect(result.stderr.content == "argument\n")
            #expect(result.wallMicroseconds > 0 && result.setupMicroseconds > 0)
            #expect(try await executors.get(execution.id) == execution)
        }
    }

    @Test("bytes that are no text come as base64")
    func binary() async throws {
        try await Executors.run { executors in
            let execution = try await executors.create(try .shell(#"printf '\377\000a'"#))
            #expect(execution.result?.stdout.content == "/wBh")
            #expect(execution.result?.stdout.encoding == .base64)
        }
    }

    @Test("events come in order, and again from any point")
    func events() async throws {
        try await Executors.run { executors in
            var request = try ExecutionRequest.shell(
                "printf 'a\\303'; sleep 0.2; printf '\\244b'; sleep 0.1; echo c >&2")
            request.samplesUsage = true
            let id = try await executors.create(request, wait: nil).id
            let all = try await executors.events(id)
            #expect(all.map(\.sequence) == Array(1...all.count))
            #expect(all.first?.kind == .started && all.last?.kind == .finished)
            let output = all.filter { $0.kind == .stdout }.compactMap(\.content)
            #expect(output.joined() == "aäb", "characters stay whole, whatever comes in one event")
            #expect(all.filter { $0.kind == .stderr }.compactMap(\.content) == ["c\n"])
            #expect(all.contains { $0.kind == .usage && ($0.usage?.memoryBytes ?? 0) > 0 })
            #expect(all.last?.result?.verdict == .ok)
            #expect(try await executors.events(id, after: 3) == Array(all.dropFirst(3)), "resumed")
            #expect(try await executors.events(id, after: all.count).isEmpty)
        }
    }

    @Test("a conversation over stdin")
    func conversation() async throws {
        try await Executors.run { executors in
            var request = try ExecutionRequest.shell("while read line; do echo \"got $line\"; done; echo end")
            request.keepsStdinOpen = true
            request.stdin = "zero\n"
            let id = try await executors.create(request, wait: nil).id
            for (text, isLast) in [("one\n", false), ("two\n", true)] {
                var chunk = StdinChunk()
                chunk.content = text
                chunk.isLast = isLast
                try await retryingWhileQueued {
                    _ = try await executors.service.client.call(
                        ExecutorEndpoints.stdin, chunk, executors.options(id: id))
                }
            }
            let result = try await executors.events(id).last?.result
            #expect(result?.stdout.content == "got zero\ngot one\ngot two\nend\n")
        }
    }

    @Test("a signal and a cancellation reach the program")
    func endings() async throws {
        try await Executors.run { executors in
            let id = try await executors.create(
                try .shell("trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done"), wait: nil
            ).id
            var signal = SignalRequest()
            signal.signal = .terminate
            _ = try await executors.events(id, until: { $0.kind == .stdout })
            _ = try await executors.service.client.call(
                ExecutorEndpoints.signal, signal, executors.options(id: id))
            #expect(try await executors.events(id).last?.result?.exitCode == 9)

            let sleeper = try await executors.create(try .shell("sleep 60"), wait: nil).id
            let ended = try await executors.service.client.call(
                ExecutorEndpoints.cancel, executors.options(id: sleeper))
            #expect(try await executors.events(ended.id).last?.result?.verdict == .cancelled)
            #expect(try await executors.get(sleeper).state == .finished)
        }
    }

    @Test("one key runs once, whoever asks again gets the same; another body is refused")
    func idempotency() async throws {
        try await Executors.run { executors in
            let request = try ExecutionRequest.shell("date +%s%N")
            async let first = executors.create(request, key: "k1")
            async let second = executors.create(request, key: "k1")
            let both = [try await first, try await second]
            #expect(both[0] == both[1])
            #expect(try await executors.create(request, key: "k1") == both[0])
            #expect(try await executors.create(request, key: "k2").id != both[0].id)
            await expect(.idempotencyMismatch) {
                _ = try await executors.create(try .shell("true"), key: "k1")
            }
        }
    }

    @Test("wrong requests are refused and name what is wrong")
    func refusals() async throws {
        try await Executors.run { executors in
            await expect(.unknownLanguage) {
                var request = try ExecutionRequest.shell("true")
                request.language = try LanguageID("cobol")
                _ = try await executors.create(request)
            }
            await expect(.invalidRequest) {
                var request = try ExecutionRequest.shell("true")
                request.files += request.files
                _ = try await executors.create(request)
            }
            await expect(.invalidRequest) {
                var request = try ExecutionRequest.shell("true")
                request.files = []
                _ = try await executors.create(request)
            }
            await expect(.notFound) { _ = try await executors.get(.zero) }
            let own = try await executors.create(try .shell("true"))
            await expect(.notFound) {
                _ = try await executors.service.client.call(
                    ExecutorEndpoints.get, executors.options("Eve", id: own.id))
            }
            await expect(.conflict) {
                _ = try await executors.service.client.call(
                    ExecutorEndpoints.stdin, StdinChunk(), executors.options(id: own.id))
            }
        }
    }

    @Test(
        "limits of a request hold",
        arguments: [
            ("while :; do :; done", Verdict.cpuLimit), ("sleep 30", .wallLimit), ("yes", .outputLimit),
            ("x=a; while :; do x=$x$x; done", .memoryLimit), ("kill -SEGV $$", .signalled),
            ("exec head -c 9000000 /dev/zero > f", .fileLimit),
        ])
    func limits(line: String, verdict: Verdict) async throws {
        try await Executors.run { executors in
            var request = try ExecutionRequest.shell(line)
            // Only the limit that is asked about can be met first, however little of the machine is left.
            request.limits.cpuMilliseconds = verdict == .cpuLimit ? 300 : 60_000
            request.limits.wallMilliseconds = verdict == .wallLimit ? 1200 : 60_000
            request.limits.memoryBytes = 32 << 20
            request.limits.fileBytes = 1 << 20
            request.limits.outputBytes = 10_000
            let result = try await executors.create(request).result
            #expect(result?.verdict == verdict, "\(String(describing: result))")
            #expect(result?.flags.contains(verdict) == true || verdict == .ok)
        }
    }

    @Test("an artifact of the compiler runs in place")
    func artifact() async throws {
        try await Executors.run { executors in
            let store = try ArtifactStore(
                directory: "\(executors.home.path)/data/artifacts", quotaBytes: 64 << 20)
            let program = try store.store(executable: Array(try contents(of: "/bin/echo")))
            var request = ExecutionRequest()
            request.language = try LanguageID("c")
            request.artifact = program.digest
            request.arguments = [try ProgramArgument("from the store")]
            #expect(try await executors.create(request).result?.stdout.content == "from the store\n")
            request.artifact = .zero
            await expect(.notFound) { _ = try await executors.create(request) }
            request.artifact = nil
            await expect(.invalidRequest) { _ = try await executors.create(request) }
        }
    }

    @Test("every interpreted language found says hello")
    func languages() async throws {
        try await Executors.run { executors in
            let runtimes = try await executors.service.client.call(
                ExecutorEndpoints.runtimes, executors.options()
            ).items
            #expect(runtimes.contains { $0.language.text == "bash" })
            let programs = [
                "python": "print('hello')", "javascript": "console.log('hello')", "ruby": "puts 'hello'",
                "php": "<?php echo \"hello\\n\";", "perl": "print \"hello\\n\";", "lua": "print('hello')",
                "bash": "echo hello",
            ]
            for runtime in runtimes where !runtime.isCompiled {
                guard let text = programs[runtime.language.text] else { continue }
                var request = ExecutionRequest()
                request.language = runtime.language
                request.files = [
                    SourceFile(try SourcePath("main.\(runtime.extensions.first ?? "txt")"), text)
                ]
                let result = try await executors.create(request).result
                #expect(result?.stdout.content == "hello\n", "\(runtime.name): \(String(describing: result))")
            }
        }
    }

    @Test("beyond the queue new programs are shed with 503, and everything accepted is run")
    func overload() async throws {
        try await Executors.run(environment: ["CODECOLLAB_EXECUTIONS": "1"]) { executors in
            var first = try ExecutionRequest.shell("cat")
            first.keepsStdinOpen = true
            first.limits.wallMilliseconds = 170_000
            var accepted = [try await executors.create(first, wait: nil).id]
            let request = try ExecutionRequest.shell("true")
            var refused = 0
            for _ in 0..<200 {
                do { accepted.append(try await executors.create(request, wait: nil).id) } catch {
                    refused += 1
                }
            }
            #expect(refused > 0)
            var end = StdinChunk()
            end.isLast = true
            _ = try await executors.service.client.call(
                ExecutorEndpoints.stdin, end, executors.options(id: accepted[0]))
            for id in accepted { #expect(try await executors.events(id).last?.result?.verdict == .ok) }
        }
    }

    @Test("says what the sandbox enforces")
    func capabilities() async throws {
        try await Executors.run { executors in
            let client = executors.service.client
            let known = try await client.call(ExecutorEndpoints.capabilities, executors.options())
            #expect(known.hasSeccomp && known.namespaces.contains("pid"))
            #expect(["v1", "v2", "hybrid", "none"].contains(known.cgroups))
            #expect(known.cgroups == "none" || known.limitsMemory || known.countsCPU)
            let sandbox = try await executors.create(try .shell("true")).result?.sandbox
            #expect(sandbox == .pooled || sandbox == .cold)
        }
    }

    private func retryingWhileQueued(_ body: () async throws -> Void) async throws {
        for _ in 0..<50 {
            do { return try await body() } catch { try await Task.sleep(for: .milliseconds(20)) }
        }
        try await body()
    }

    private func expect(_ code: ProblemCode, _ body: () async throws -> Void) async {
        do {
            try await body()
            Issue.record("expected \(code.rawValue)")
        } catch let problem as Problem {
            #expect(problem.code == code, "\(problem)")
        } catch {
            Issue.record("expected \(code.rawValue), got \(error)")
        }
    }

    private func contents(of path: String) throws -> [UInt8] {
        let file = FD(owning: try check("open") { open(path, O_RDONLY) })
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = try check("read") { read(file.number, &buffer, buffer.count) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}
