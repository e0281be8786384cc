import Contracts
import ServiceKit
import TestSupport
import Testing

/// Cases, repetitions, pipelines and files that are brought back.
@Suite(.serialized, .timeLimit(.minutes(8)))
struct PartsTests {
    private func result(_ request: ExecutionRequest) async throws -> ExecutionResult {
        try await Executors.run { executors in
            try #require(try await executors.create(request, wait: 60).result)
        }
    }

    @Test("cases are run one by one, compared and graded; the first failure may be the last")
    func cases() async throws {
        var request = try ExecutionRequest.shell(
            #"read n; [ "$n" = 9 ] && exit 4; echo "$1 $((n * n))"; echo e >&2"#)
        request.arguments = [try ProgramArgument("n")]
        request.cases = [
            .with { ($0.stdin, $0.expected) = ("3\n", "n 9\n\n") },
            .with { ($0.stdin, $0.expected) = ("4\n", "n 15\n") },
            .with { ($0.stdin, $0.expected) = ("9\n", "n 81\n") },
            .with { $0.stdin = "5\n" },
        ]
        request.cases?[3].arguments = [try ProgramArgument("own")]
        request.cases?[3].id = try CaseID("last")
        let all = try await result(request)
        #expect(all.parts?.map(\.grade) == [.accepted, .wrongAnswer, .failed, nil])
        #expect(all.parts?.map(\.id) == ["1", "2", "3", "last"])
        #expect(all.parts?[1].difference == Difference(place: 1, expected: "n 15", found: "n 16"))
        #expect(all.parts?[2].exitCode == 4 && all.parts?[3].stdout.content == "own 25\n")
        #expect(all.grade == .partial && all.verdict == .nonzeroExit && all.exitCode == 4)
        #expect(all.wallMicroseconds == all.parts?.map(\.wallMicroseconds).reduce(0, +))
        request.stopsAtFirstFailure = true
        #expect(try await result(request).parts?.count == 2)
    }

    @Test("repetitions tell how their figures spread, each is an event, and the last output is shown")
    func repetitions() async throws {
        try await Executors.run { executors in
            var request = try ExecutionRequest.shell("echo hi")
            request.repetitions = 7
            let id = try await executors.create(request, wait: nil).id
            let events = try await executors.events(id)
            #expect(events.map(\.kind) == [.started] + Array(repeating: .part, count: 7) + [.finished])
            let result = try #require(events.last?.result)
            let wall = try #require(result.spread?.wallMicroseconds)
            #expect(
                result.spread?.count == 7 && wall.min > 0 && wall.min <= wall.median
                    && wall.median <= wall.p99)
            #expect(result.stdout.content == "hi\n" && result.verdict == .ok)
            #expect(try await executors.get(id).result == result)
        }
    }

    @Test("a pipeline hands on what each stage writes, and shows it as it comes")
    func pipeline() async throws {
        try await Executors.run { executors in
            var request = try ExecutionRequest.shell("cat; echo from first >&2")
            request.stdin = "b\na\nc\n"
            request.pipeline = .with {
                $0.stages = ["sort", "tr a-z A-Z; exit 3"].compactMap { try? StageRequest.shell($0) }
            }
            let id = try await executors.create(request, wait: nil).id
            let events = try await executors.events(id)
            let result = try #require(events.last?.result)
            #expect(result.stdout.content == "A\nB\nC\n")
            #expect(result.parts?.map(\.stdout.content) == ["b\na\nc\n", "a\nb\nc\n", "A\nB\nC\n"])
            #expect(
                result.parts?.map(\.id) == ["0", "1", "2"]
                    && result.parts?[0].stderr.content == "from first\n")
            #expect(result.verdict == .nonzeroExit && result.exitCode == 3)
            let shown = events.filter { $0.kind == .stdout && $0.stage == 1 }.compactMap(\.content).joined()
            #expect(shown == "a\nb\nc\n")
        }
    }

    @Test("a program and its interactor talk with each other in a ring")
    func ring() async throws {
        var request = try ExecutionRequest.shell(
            """
            low=1; high=100
            while :; do
              guess=$(((low + high) / 2)); echo $guess; read answer
              case $answer in more) low=$((guess + 1));; less) high=$((guess - 1));; *) exit 0;; esac
            done
            """)
        request.pipeline = .with {
            $0.isRing = true
            $0.stages = [
                """
                count=0
                while read guess; do
                  count=$((count + 1))
                  if [ $guess -lt 73 ]; then echo more; elif [ $guess -gt 73 ]; then echo less; else
                    echo right; echo "found after $count" >&2; exit 0; fi
                done
                exit 1
                """
            ].compactMap { try? StageRequest.shell($0) }
        }
        let all = try await result(request)
        #expect(all.verdict == .ok && all.parts?.map(\.exitCode) == [0, 0], "\(all)")
        #expect(
            all.parts?[1].stderr.content == "found after 5\n" || all.stderr.content.hasPrefix("found after"))
    }

    @Test("who writes for a stage that has ended gets SIGPIPE, as in a shell")
    func brokenPipe() async throws {
        var request = try ExecutionRequest.shell("while :; do echo more || exit 0; done")
        request.pipeline = .with { $0.stages = ["head -n 1"].compactMap { try? StageRequest.shell($0) } }
        let all = try await result(request)
        #expect(all.parts?[0].signal == "SIGPIPE" || all.parts?[0].verdict == .outputLimit)
        #expect(all.parts?[1].verdict == .ok && all.stdout.content == "more\n")
    }

    @Test("files that patterns name come back; links, devices and what has no room do not")
    func collect() async throws {
        var request = try ExecutionRequest.shell(
            """
            mkdir -p out/deep/er; echo one > out/a.txt; printf '\\377' > out/b.bin; echo x > out/deep/er/c.txt
            ln -s /etc/passwd out/link.txt; ln -s / out/root; mkfifo out/pipe.txt; chmod +x out/a.txt
            head -c 5000000 /dev/zero > out/big1.dat; cp out/big1.dat out/big2.dat
            """)
        request.limits.diskBytes = 64 << 20
        request.collect = try ["out/*.txt", "out/?.bin", "**/c.txt", "out/root/etc/passwd", "nothing"].map {
            try CollectPattern($0)
        }
        let some = try await result(request)
        #expect(some.files?.map(\.path) == ["out/a.txt", "out/b.bin", "out/deep/er/c.txt"], "\(some)")
        #expect(some.files?[0].isExecutable == true && some.files?[0].content == "one\n")
        #expect(some.files?[1].encoding == .base64 && some.files?[1].content == "/w==")
        request.collect = [try CollectPattern("out/*.dat")]
        let large = try await result(request)
        #expect(large.files?.map(\.path) == ["out/big1.dat"] && large.filesLeftOut == 1)
        #expect(large.files?.first?.bytes == 5_000_000)
    }

    @Test("both output streams together have a bound; what is more is cut and said so")
    func totalOutput() async throws {
        try await Executors.run { executors in
            var request = try ExecutionRequest.shell(
                "printf 12345678; printf abcdefgh >&2; sleep 0.2; printf more; sleep 20")
            request.limits.outputTotalBytes = 12
            let id = try await executors.create(request, wait: nil).id
            let events = try await executors.events(id)
            let result = try #require(events.last?.result)
            // Two pipes have no order: on a busy machine the second may be read first.
            let (stdout, stderr) = (result.stdout, result.stderr)
            #expect(result.verdict == .outputLimit && !result.flags.contains(.cancelled))
            #expect("12345678more".hasPrefix(stdout.content) && "abcdefgh".hasPrefix(stderr.content))
            #expect(stdout.content.utf8.count + stderr.content.utf8.count == 12)
            #expect(stdout.isTruncated || stderr.isTruncated)
            let shown = events.filter { $0.kind == .stdout || $0.kind == .stderr }.compactMap(\.content)
                .joined()
            #expect(shown.utf8.count == 12)
        }
    }

    @Test("what excludes each other is refused, and so is what would take too long")
    func refusals() async throws {
        try await Executors.run { executors in
            func refused(_ pointer: String, _ change: (inout ExecutionRequest) -> Void) async throws {
                var request = try ExecutionRequest.shell("true")
                change(&request)
                do {
                    _ = try await executors.create(request)
                    Issue.record("\(pointer) is refused")
                } catch let problem as Problem {
                    #expect(
                        problem.code == .invalidRequest && problem.errors?.first?.pointer == pointer,
                        "\(problem)")
                }
            }
            try await refused("/repeat") { ($0.repetitions, $0.cases) = (2, [CaseRequest()]) }
            try await refused("/keep_stdin_open") { ($0.repetitions, $0.keepsStdinOpen) = (2, true) }
            try await refused("/sample_usage") { ($0.repetitions, $0.samplesUsage) = (2, true) }
            try await refused("/repeat") { ($0.repetitions, $0.limits.wallMilliseconds) = (100, 7000) }
            try await refused("/cases/1/id") {
                $0.cases = [CaseRequest(), .with { $0.id = .numbered(1) }]
            }
            try await refused("/env") { $0.environment = ["A=B": $0.environment["A"] ?? .empty] }
            try await refused("/pipeline/stages/0/entry") {
                $0.pipeline = .with { $0.stages = [.with { $0.language = .bash }] }
            }
        }
    }

    @Test("a cancellation ends the case that runs and those behind it")
    func cancelled() async throws {
        try await Executors.run { executors in
            var request = try ExecutionRequest.shell("read n; sleep $n")
            request.cases = ["0\n", "30\n", "0\n"].map { input in .with { $0.stdin = input } }
            let id = try await executors.create(request, wait: nil).id
            try await Task.sleep(for: .milliseconds(600))
            _ = try await executors.service.client.call(ExecutorEndpoints.cancel, executors.options(id: id))
            let result = try #require(try await executors.events(id).last?.result)
            #expect(result.verdict == .cancelled && (result.parts?.count ?? 0) <= 2)
        }
    }
}

extension StageRequest {
    fileprivate static func shell(_ line: String) throws -> StageRequest {
        var stage = StageRequest()
        stage.language = .bash
        stage.files = [SourceFile(try SourcePath("main.sh"), line)]
        return stage
    }
}

extension LanguageID {
    fileprivate static var bash: LanguageID { (try? LanguageID("bash")) ?? .zero }
}

extension ProgramArgument {
    fileprivate static var empty: ProgramArgument { (try? ProgramArgument("")) ?? .blank }
    private static var blank: ProgramArgument { preconditionFailure("an empty argument is one") }
}
