import Contracts
import NIOHTTP1
import ProfilerService
import ServiceKit
import SystemKit
import Testing
import TestSupport

@Suite(.tags(.medium), .timeLimit(.minutes(8))) struct RecordingTests {
    let home: TemporaryDirectory
    let executor = ScriptedExecutor()
    let execution = ExecutionID(milliseconds: 1_700_000_000_000, random: Array(1...10))

    init() throws { home = try TemporaryDirectory() }

    private func withProfiler(
        executorPort: Int? = nil, _ body: (RunningService, Identity) async throws -> Void
    ) async throws {
        try await withService(.executor, build: { executor.build($0) }) { running in
            try await withService(
                .profiler, environment: ["CODECOLLAB_HOME": home.path],
                peers: [.executor: executorPort ?? running.port], build: { try ProfilerService.parts($0) }
            ) { try await body($0, .tester()) }
        }
    }

    private func create(
        _ service: RunningService, as caller: Identity, wait: Int? = nil, key: String? = nil,
        run: RunID? = nil
    ) async throws -> Profile {
        var options = CallOptions(as: caller, idempotencyKey: key)
        if let wait { options.headers.add(name: "Prefer", value: "wait=\(wait)") }
        let request = ProfileRequest.with {
            $0.executionID = execution
            $0.runID = run
        }
        return try await service.client.call(ProfilerEndpoints.create, request, options)
    }

    /// Waits until samples are in the database, and says how many: a full chunk, or less where half a second
    /// was not enough for one.
    private func stored(_ service: RunningService, as caller: Identity) async throws -> Int {
        for _ in 0..<6000 {
            let list = try await service.client.call(ProfilerEndpoints.list, CallOptions(as: caller))
            if let count = list.items.first?.samples, count > 0 { return count }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("no samples are stored")
        return 0
    }

    private func timeline(
        _ service: RunningService, _ id: ProfileID, as caller: Identity, points: Int? = nil
    ) async throws -> Timeline {
        try await service.client.call(
            ProfilerEndpoints.timeline,
            CallOptions(
                as: caller, path: ["profile_id": id.text], query: points.map { ["points": "\($0)"] } ?? [:]))
    }

    private func problem(_ work: () async throws -> Void) async -> ProblemCode? {
        do {
            try await work()
            return nil
        } catch {
            return (error as? Problem)?.code
        }
    }

    @Test("an execution that is over already is recorded whole, from its first sample on")
    func late() async throws {
        let source = samples(1000)
        executor.play(source)
        executor.finish(peak: 1 << 40)
        try await withProfiler { service, ada in
            let profile = try await create(service, as: ada, wait: 10)
            #expect(profile.state == .finished && profile.samples == 1000)
            #expect(profile.memoryPeakBytes == 1 << 40 && profile.cpuMicroseconds == 42_000)
            let highest = source.max { $0.memoryBytes < $1.memoryBytes }
            #expect(profile.memoryPeakAtMicroseconds == highest?.atMicroseconds)
            let whole = try await timeline(service, profile.id, as: ada)
            #expect(whole.samples == source && !whole.isThinned)
            let thin = try await timeline(service, profile.id, as: ada, points: 20)
            #expect(thin.samples.count <= 20 && thin.isThinned && thin.intervalMicroseconds > 10_000)
            #expect(thin.samples.contains { $0 == highest })
        }
    }

    @Test("a stream that breaks in the middle goes on behind the last event")
    func broken() async throws {
        let source = samples(300)
        executor.play(source)
        executor.finish()
        executor.state.withLock { $0.cutBefore = 150 }
        try await withProfiler { service, ada in
            let profile = try await create(service, as: ada, wait: 10)
            #expect(profile.state == .finished)
            #expect(try await timeline(service, profile.id, as: ada).samples == source)
            #expect(executor.state.snapshot.connections == [0, 149])
        }
    }

    @Test("an executor that loses the execution leaves an incomplete profile with everything up to then")
    func lost() async throws {
        executor.play(samples(128))
        try await withProfiler { service, ada in
            let profile = try await create(service, as: ada)
            #expect(profile.state == .recording)
            _ = try await stored(service, as: ada)
            executor.state.withLock {
                $0.cutBefore = 128
                $0.isGone = true
            }
            let end = try await create(service, as: ada, wait: 10)
            #expect(end.id == profile.id && end.state == .incomplete && end.samples == 128)
        }
    }

    @Test("a recording that a dead process left is resumed when the executor still has the execution")
    func resumed() async throws {
        let source = samples(400)
        executor.play(Array(source.prefix(200)))
        var kept = 0
        try await withProfiler { service, ada in
            _ = try await create(service, as: ada)
            kept = try await stored(service, as: ada)
        }
        executor.play(Array(source.dropFirst(200)))
        executor.finish()
        try await withProfiler { service, ada in
            let profile = try await create(service, as: ada, wait: 10)
            #expect(profile.state == .finished && profile.samples == 400)
            #expect(try await timeline(service, profile.id, as: ada).samples == source)
        }
        // Only what was not stored yet is asked for again.
        #expect(executor.state.snapshot.connections == [0, kept])
    }

    @Test("a recording that a dead process left is incomplete when the executor has forgotten the execution")
    func forgotten() async throws {
        executor.play(samples(200))
        var kept = 0
        try await withProfiler { service, ada in
            _ = try await create(service, as: ada)
            kept = try await stored(service, as: ada)
        }
        executor.state.withLock { $0.isGone = true }
        try await withProfiler { service, ada in
            var profile = Profile()
            for _ in 0..<3000 {
                let list = try await service.client.call(ProfilerEndpoints.list, CallOptions(as: ada))
                profile = try #require(list.items.first)
                if profile.state != .recording { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(profile.state == .incomplete && profile.samples == kept)
        }
    }

    @Test("a follower hears every sample once, live and stored, and resumes behind the last it has heard")
    func live() async throws {
        let source = samples(600)
        executor.play(Array(source.prefix(300)))
        try await withProfiler { service, ada in
            let profile = try await create(service, as: ada)
            async let whole = follow(service, profile.id, as: ada, after: nil)
            async let rest = follow(service, profile.id, as: ada, after: source[449].atMicroseconds)
            for piece in stride(from: 300, to: 600, by: 25) {
                executor.play(Array(source[piece..<piece + 25]))
                try await Task.sleep(for: .milliseconds(5))
            }
            executor.finish()
            #expect(try await whole == source)
            #expect(try await rest == Array(source[450...]))
            let again = try await follow(service, profile.id, as: ada, after: source[9].atMicroseconds)
            #expect(again == Array(source[10...]))
        }
    }

    private func follow(
        _ service: RunningService, _ id: ProfileID, as caller: Identity, after at: Int?
    ) async throws -> [UsageSample] {
        var options = CallOptions(as: caller, path: ["profile_id": id.text])
        if let at { options.headers.add(name: "Last-Event-ID", value: "\(at)") }
        return try await service.client.events(ProfilerEndpoints.live, options) { events in
            var heard: [UsageSample] = []
            for try await event in events { heard.append(event.value) }
            return heard
        }
    }

    @Test("nobody but the owner sees a profile, and nobody profiles another's execution")
    func owner() async throws {
        executor.finish()
        try await withProfiler { service, ada in
            let profile = try await create(service, as: ada, wait: 10)
            let eve = try Identity.tester("Eve")
            let path = ["profile_id": profile.id.text]
            #expect(
                await problem {
                    _ = try await service.client.call(ProfilerEndpoints.get, CallOptions(as: eve, path: path))
                } == .notFound)
            #expect(await problem { _ = try await timeline(service, profile.id, as: eve) } == .notFound)
            #expect(
                await problem { _ = try await follow(service, profile.id, as: eve, after: nil) } == .notFound)
            #expect(try await service.client.call(ProfilerEndpoints.list, CallOptions(as: eve)).items.isEmpty)
            executor.state.withLock { $0.owner = ada.userID }
            #expect(await problem { _ = try await create(service, as: eve) } == .notFound)
            let scopeless = try Identity.tester(scopes: [.run])
            #expect(await problem { _ = try await create(service, as: scopeless) } == .insufficientScope)
        }
    }

    @Test("the same wish twice is one profile; another run or another body under the key is refused")
    func idempotency() async throws {
        executor.finish()
        let run = RunID(milliseconds: 1, random: Array(1...10))
        try await withProfiler { service, ada in
            let first = try await create(service, as: ada, key: "k")
            #expect(try await create(service, as: ada, key: "k").id == first.id)
            #expect(try await create(service, as: ada).id == first.id)
            #expect(await problem { _ = try await create(service, as: ada, run: run) } == .conflict)
            #expect(
                await problem { _ = try await create(service, as: ada, key: "k", run: run) }
                    == .idempotencyMismatch)
        }
    }

    @Test("an executor that is not there makes 503, and no profile")
    func unreachable() async throws {
        try await withProfiler(executorPort: 1) { service, ada in
            #expect(await problem { _ = try await create(service, as: ada) } == .unavailable)
            let list = try await service.client.call(ProfilerEndpoints.list, CallOptions(as: ada))
            #expect(list.items.isEmpty)
        }
    }
}
