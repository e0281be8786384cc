import Contracts
import NIOHTTP1
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite(.tags(.medium), .timeLimit(.minutes(8))) struct RunTests {
    let ada: Identity
    let ben: Identity

    init() throws {
        ada = try .tester("Ada")
        ben = try .tester("Ben")
    }

    @Test("a snippet runs to its end while the caller waits")
    func waits() async throws {
        try await Fixture().serving { desk in
            let run = try await desk.snippet(by: ada)
            #expect(run.state == .succeeded && run.execution?.stdout.content == "42\n")
            #expect(run.degraded.isEmpty && run.compile == nil && run.reason == nil)
            let events = try await desk.events(of: run.id, by: ada)
            #expect(events.map(\.sequence) == Array(1...events.count))
            #expect(events.map(\.kind) == [.state, .state, .stdout, .finished])
            #expect(events.compactMap(\.state) == [.queued, .running, .succeeded])
            #expect(events.last?.run == run)
        }
    }

    @Test("without waiting the answer is 202 and the run ends by itself")
    func accepted() async throws {
        try await Fixture().serving { desk in
            let run = try await desk.snippet(wait: nil, by: ada)
            #expect(run.state == .queued)
            #expect(try await desk.end(of: run.id, by: ada).state == .succeeded)
        }
    }

    @Test(
        "each verdict becomes its state",
        arguments: [
            (Verdict.ok, RunState.succeeded), (.nonzeroExit, .failed), (.signalled, .failed),
            (.cpuLimit, .timedOut),
            (.wallLimit, .timedOut), (.memoryLimit, .memoryExceeded), (.outputLimit, .outputExceeded),
            (.internalError, .internalError), (.securityViolation, .failed),
        ])
    func verdicts(verdict: Verdict, state: RunState) async throws {
        let fixture = try Fixture(ScriptedPeers { $0.verdict = verdict })
        try await fixture.serving { desk in
            let run = try await desk.snippet(by: ada)
            #expect(run.state == state)
        }
    }

    @Test(
        "a compiled program is compiled, then executed by its artifact; what does not compile is not executed"
    )
    func compiled() async throws {
        let fixture = try Fixture()
        try await fixture.serving { desk in
            let run = try await desk.snippet("c", by: ada)
            #expect(run.state == .succeeded && run.compile?.state == .succeeded)
            #expect(fixture.peers.seen.snapshot.requests.first?.artifact == .zero)
            fixture.peers.script.withLock { $0.compilation = .with { $0.state = .failed } }
            let failed = try await desk.snippet("c", "y", by: ada)
            #expect(failed.state == .compileFailed && failed.execution == nil)
            #expect(fixture.peers.seen.snapshot.starts.count == 1)
            let events = try await desk.events(of: run.id, by: ada)
            #expect(events.compactMap(\.state) == [.queued, .compiling, .running, .succeeded])
        }
    }

    @Test("what was compiled a moment ago is executed without asking again, unless its artifact is gone")
    func warmBuild() async throws {
        let fixture = try Fixture()
        try await fixture.serving { desk in
            for _ in 0..<3 { #expect(try await desk.snippet("c", by: ada).state == .succeeded) }
            #expect(fixture.peers.count(of: "compile") == 1)
            let warm = try await desk.snippet("c", by: ada)
            #expect(warm.compile?.isCached == true)
            let events = try await desk.events(of: warm.id, by: ada)
            #expect(events.map(\.kind) == [.state, .compile, .state, .stdout, .finished])
            fixture.peers.script.withLock { $0.failures = ["start": [Problem(.notFound)]] }
            #expect(try await desk.snippet("c", by: ada).state == .succeeded)
            #expect(fixture.peers.count(of: "compile") == 2)
        }
    }

    @Test("ai, profiler and collab that are down leave their part out and say so; the run succeeds")
    func degraded() async throws {
        let down = PeerFailure("x", .unreachable)
        let fixture = try Fixture(
            ScriptedPeers { $0.down = ["analyze": down, "profile": down] })
        fixture.documents.state.withLock { $0.isAway = true }
        try await fixture.serving { desk in
            let session = try await desk.session(of: ada)
            try await desk.begin("main.py", in: session)
            let request = RunRequest.with {
                $0.wantsProfile = true
                $0.wantsAnalysis = true
            }
            let options = desk.options(ada, ["session_id": session.id.text], headers: ["Prefer": "wait=20"])
            let run = try await desk.client.call(SessionRoomEndpoints.run, request, options)
            #expect(run.state == .succeeded && run.findings == nil && run.profileID == nil)
            #expect(Set(run.degraded.map(\.part)) == ["ai", "profiler", "collab"])
            #expect(run.degraded.allSatisfy { $0.code == .unavailable })
        }
    }

    @Test("with everybody there a run has findings, a profile and the text its editors see")
    func whole() async throws {
        let fixture = try Fixture()
        try await fixture.serving { desk in
            let session = try await desk.session(of: ada)
            try await desk.begin("main.py", in: session)
            for text in ["print('li')", "print('live')"] { fixture.documents.type(text, into: "main.py") }
            let request = RunRequest.with {
                $0.wantsProfile = true
                $0.wantsAnalysis = true
            }
            let options = desk.options(ada, ["session_id": session.id.text], headers: ["Prefer": "wait=20"])
            let run = try await desk.client.call(SessionRoomEndpoints.run, request, options)
            #expect(run.findings?.count == 1 && run.profileID != nil && run.degraded.isEmpty)
            let sent = fixture.peers.seen.snapshot.requests.first
            #expect(sent?.files.map(\.content) == ["print('live')"] && sent?.samplesUsage == true)
            #expect(run.liveSources.map(\.path.text) == ["main.py"] && run.liveSources.first?.sequence == 2)
        }
    }

    @Test("however many files are live, a run asks the documents once, and only for what it does not know")
    func asksOnce() async throws {
        let fixture = try Fixture()
        try await fixture.serving { desk in
            let names = ["main.py"] + (1...7).map { "f\($0).py" }
            let session = try await desk.session(
                of: ada, Dictionary(uniqueKeysWithValues: names.map { ($0, "stored") }))
            let options = desk.options(ada, ["session_id": session.id.text], headers: ["Prefer": "wait=20"])
            func run() async throws -> Run {
                try await desk.client.call(SessionRoomEndpoints.run, RunRequest(), options)
            }
            #expect(try await run().liveSources.isEmpty)
            #expect(fixture.documents.state.snapshot.calls == 0, "nothing is live")
            for name in names {
                try await desk.begin(name, in: session)
                fixture.documents.type("typed", into: name)
            }
            let first = try await run()
            #expect(first.liveSources.count == 8 && fixture.documents.state.snapshot.calls == 1)
            _ = try await desk.client.call(
                SessionRoomEndpoints.listFiles, desk.options(ada, ["session_id": session.id.text]))
            fixture.documents.type("typed again", into: "main.py")
            let second = try await run()
            #expect(second.liveSources.map(\.sequence).sorted() == [1, 1, 1, 1, 1, 1, 1, 2])
            let sent = fixture.peers.seen.snapshot.requests.map { Set($0.files.map(\.content)) }
            #expect(sent == [["stored"], ["typed"], ["typed", "typed again"]])
        }
    }

    @Test("an executor that is briefly away is waited for; the program is started once")
    func patience() async throws {
        let away: [any Error] = [PeerFailure("executor", .unreachable), Problem(.overloaded)]
        let fixture = try Fixture(ScriptedPeers { $0.failures = ["start": away] })
        try await fixture.serving { desk in
            let run = try await desk.snippet(by: ada)
            #expect(run.state == .succeeded)
            #expect(fixture.peers.seen.snapshot.starts == [run.id.text: 1])
        }
    }

    @Test(
        "a start whose answer got lost is asked for again by its key; the program is started once",
        arguments: ["start", "started"])
    func lostStart(call: String) async throws {
        let fixture = try Fixture(
            ScriptedPeers { $0.failures = [call: [PeerFailure("executor", .interrupted)]] })
        try await fixture.serving { desk in
            let run = try await desk.snippet(by: ada)
            #expect(run.state == .succeeded)
            #expect(fixture.peers.count(of: "start") == 2)
            #expect(fixture.peers.seen.snapshot.starts == [run.id.text: 1])
        }
    }

    @Test("a broken event stream is taken up where it broke, without a line twice")
    func brokenStream() async throws {
        let breaks: [any Error] = [
            PeerFailure("executor", .interrupted), PeerFailure("executor", .unreachable),
        ]
        let fixture = try Fixture(
            ScriptedPeers {
                $0.output = [(.stdout, "a"), (.stderr, "b"), (.stdout, "c")]
                $0.failures = ["follow": breaks]
            })
        try await fixture.serving { desk in
            let run = try await desk.snippet(by: ada)
            let events = try await desk.events(of: run.id, by: ada)
            #expect(events.compactMap(\.content) == ["a", "b", "c"])
            #expect(run.state == .succeeded)
        }
    }

    @Test("an executor that has forgotten the execution ends the run; nothing is run again")
    func forgotten() async throws {
        let fixture = try Fixture(ScriptedPeers { $0.forgets = true })
        try await fixture.serving { desk in
            let run = try await desk.snippet(by: ada)
            #expect(run.state == .internalError && run.reason?.contains("not run again") == true)
            #expect(fixture.peers.seen.snapshot.starts == [run.id.text: 1])
        }
    }

    @Test("a run is called off while it runs; its program is killed")
    func cancelled() async throws {
        let fixture = try Fixture(ScriptedPeers { $0.holds = true })
        try await fixture.serving { desk in
            let run = try await desk.snippet(wait: nil, by: ada)
            while fixture.peers.seen.snapshot.starts.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            let path = ["run_id": run.id.text]
            await #expect(throws: Problem.self) {
                try await desk.client.call(SessionEndpoints.cancelRun, desk.options(ben, path))
            }
            let ended = try await desk.client.call(SessionEndpoints.cancelRun, desk.options(ada, path))
            #expect(ended.state == .cancelled)
            #expect(fixture.peers.seen.snapshot.cancelled.count == 1)
            let again = try await desk.client.call(SessionEndpoints.cancelRun, desk.options(ada, path))
            #expect(again.state == .cancelled)
        }
    }

    @Test("the same key runs once, however often it is asked for")
    func idempotent() async throws {
        let fixture = try Fixture()
        try await fixture.serving { desk in
            let first = try await desk.snippet(by: ada, key: "once")
            let again = try await desk.snippet(by: ada, key: "once")
            #expect(first == again)
            #expect(fixture.peers.seen.snapshot.starts == [first.id.text: 1])
        }
        try await fixture.serving { desk in
            let later = try await desk.snippet(by: ada, key: "once")
            #expect(fixture.peers.seen.snapshot.starts == [later.id.text: 1])
        }
    }

    @Test("a run that was under way is taken up by the next process and not executed twice")
    func recovered() async throws {
        let fixture = try Fixture(ScriptedPeers { $0.holds = true })
        let id = try await fixture.serving { desk in
            let run = try await desk.snippet(wait: nil, by: ada)
            while true {
                let now = try await desk.client.call(
                    SessionEndpoints.getRun, desk.options(ada, ["run_id": run.id.text]))
                if now.executionID != nil { break }
                try await Task.sleep(for: .milliseconds(5))
            }
            return run.id
        }
        fixture.peers.script.withLock { $0.holds = false }
        try await fixture.serving { desk in
            let run = try await desk.end(of: id, by: ada)
            #expect(run.state == .succeeded)
            let events = try await desk.events(of: id, by: ada)
            #expect(events.map(\.sequence) == Array(1...events.count))
            #expect(events.compactMap(\.content) == ["42\n"])
            #expect(fixture.peers.seen.snapshot.starts == [id.text: 1])
        }
    }

    @Test("a session's events and a run's events are followed live and resumed without gap or repetition")
    func follow() async throws {
        let fixture = try Fixture()
        try await fixture.serving { desk in
            let session = try await desk.session(of: ada)
            let at = ["session_id": session.id.text]
            let request = RunRequest()
            let follow: @Sendable (Int, Int) async throws -> [SessionEvent] = { after, count in
                let headers = desk.options(
                    ada, at, headers: ["Last-Event-ID": "\(after)", "Accept": "text/event-stream"])
                return try await desk.client.events(Self.sessionEvents, headers) { stream in
                    var events: [SessionEvent] = []
                    for try await event in stream {
                        events.append(event.value)
                        if events.count == count { break }
                    }
                    return events
                }
            }
            async let live = follow(0, 8)
            let run = try await desk.client.call(
                SessionRoomEndpoints.run, request, desk.options(ada, at, headers: ["Prefer": "wait=20"]))
            let path = at.merging(["path": "b.py"]) { $1 }
            _ = try await desk.client.call(
                SessionRoomEndpoints.putFile, FileDraft(content: "x"), desk.options(ada, path))
            let events = try await live
            #expect(events.map(\.sequence) == Array(1...8))
            #expect(
                events.map(\.kind) == [
                    .created, .fileWritten, .runQueued, .run, .run, .run, .run, .fileWritten,
                ])
            #expect(events.compactMap(\.run).map(\.sequence) == [1, 2, 3, 4])
            #expect(try await follow(5, 3).map(\.sequence) == [6, 7, 8])
            #expect(try await desk.events(of: run.id, by: ada, after: 2).map(\.sequence) == [3, 4])
        }
    }

    static let sessionEvents = Endpoint<Nothing, SessionEvent>(
        "test.events", of: .session, .get, "/v1/sessions/{session_id}/events",
        access: .identified(.sessionsRead),
        "Follow", answers: .events(SessionEvent.schema))

    @Test("an account has a bounded number of runs that have not ended")
    func quota() async throws {
        let fixture = try Fixture(ScriptedPeers { $0.holds = true })
        try await fixture.serving { desk in
            for _ in 0..<32 { _ = try await desk.snippet(wait: nil, by: ada) }
            await #expect(throws: Problem.self) { try await desk.snippet(wait: nil, by: ada) }
            #expect(try await desk.snippet(wait: nil, by: ben).state == .queued)
            fixture.peers.script.withLock { $0.holds = false }
        }
    }

    @Test("what can never be run is refused before it is stored, naming field and rule")
    func refused() async throws {
        let fixture = try Fixture()
        let page = String(repeating: "#", count: 4097)
        try await fixture.serving { desk in
            var twice = try Self.request("a", "a")
            var fat = try Self.request("a")
            (fat.files[0].content, fat.limits.diskBytes) = (page, 4096)
            var many = try Self.request("a/b/c/d/e/f/g/h", "i/b/c/d/e/f/g/h", "j")
            many.limits.inodes = 16
            var broken = try Self.request("a")
            (broken.files[0].content, broken.files[0].encoding) = ("?", .base64)
            var lost = try Self.request("a")
            lost.entry = try SourcePath("b")
            let rows = [
                (twice, "/files/1/path"), (fat, "/files/0/content"), (many, "/files/2/path"),
                (broken, "/files/0/content"), (lost, "/entry"),
            ]
            for (request, pointer) in rows {
                await Self.expect(pointer) { try await desk.run(request, by: ada) }
            }
            twice.files.removeLast()
            #expect(try await desk.run(twice, by: ada).state == .succeeded)
            let session = try await desk.session(of: ada, ["main.py": page])
            var request = RunRequest()
            request.limits.diskBytes = 4096
            let asked = request
            await Self.expect("/limits/disk_bytes") {
                try await desk.client.call(
                    SessionRoomEndpoints.run, asked, desk.options(ada, ["session_id": session.id.text]))
            }
        }
        #expect(fixture.peers.count(of: "start") == 1)
    }

    private static func request(_ paths: String...) throws -> SnippetRequest {
        var request = SnippetRequest()
        request.language = try LanguageID("python")
        request.files = try paths.map { SourceFile(try SourcePath($0), "") }
        return request
    }

    private static func expect(_ pointer: String, _ body: () async throws -> Run) async {
        do {
            Issue.record("it was taken: \(try await body())")
        } catch let problem as Problem {
            #expect(problem.status == 422 && problem.errors?.first?.pointer == pointer, "\(problem)")
        } catch {
            Issue.record(error)
        }
    }

    @Test(
        "what the executor or the compiler refuses has failed with their reason; that is no error of ours",
        arguments: [("start", "python"), ("compile", "c")])
    func refusedLater(call: String, language: String) async throws {
        let peers = ScriptedPeers {
            $0.down[call] = Problem.refusal("/files/0/content", .outOfRange, "more than a page")
        }
        try await Fixture(peers).serving { desk in
            let run = try await desk.snippet(language, by: ada)
            #expect(run.state == .failed && run.execution == nil)
            #expect(run.reason == "/files/0/content: more than a page")
        }
    }

    @Test("a language that is not there is named, with those that are")
    func unknownLanguage() async throws {
        try await Fixture().serving { desk in
            do {
                _ = try await desk.snippet("cobol", by: ada)
                Issue.record("cobol ran")
            } catch let problem as Problem {
                #expect(problem.code == .unknownLanguage && problem.detail?.contains("python") == true)
            }
        }
    }
}
