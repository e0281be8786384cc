internal import Contracts
internal import Languages
internal import ServiceKit
internal import SystemKit

/// The programs of all connections of Piston's `connect`.
final class PistonTalks: Sendable {
    private struct Job: Sendable {
        let talk: PistonTalk
        let language: FoundLanguage
        let request: ExecutionRequest
    }

    private let runs: WholeRun
    private let accepted: AsyncStream<Job>
    private let accept: AsyncStream<Job>.Continuation
    private let count = Locked(0)

    init(_ runs: WholeRun) {
        self.runs = runs
        (accepted, accept) = AsyncStream.makeStream()
    }

    var runtimes: RuntimeBook { runs.service.runtimes }

    /// Compiles and runs what a client asks for.
    /// - Throws: `Problem` (`overloaded`).
    func begin(
        _ talk: PistonTalk, _ language: FoundLanguage, _ request: ExecutionRequest
    ) throws(Problem) {
        let hasRoom = count.withLock { count in
            guard count < Limits.pistonJobs else { return false }
            count += 1
            return true
        }
        guard hasRoom else { throw Problem(.overloaded, "too many programs are connected") }
        var request = request
        request.stdin = ""
        request.keepsStdinOpen = true
        accept.yield(Job(talk: talk, language: language, request: request))
    }

    /// Runs what is accepted until the task is cancelled, which ends all of it.
    func serve() async throws {
        await withDiscardingTaskGroup { group in
            for await job in accepted {
                group.addTask {
                    await self.perform(job)
                    self.count.withLock { $0 -= 1 }
                }
            }
        }
        try Task.checkCancellation()
    }

    private func perform(_ job: Job) async {
        let talk = job.talk
        do {
            talk.say("runtime") {
                $0.language = job.language.id.text
                $0.version = job.language.threeNumbers
            }
            if let request = try await compiled(job) { try await run(request, talk) }
            talk.close(.pistonCompleted, "Job Completed")
        } catch let problem as Problem {
            talk.fail(problem)
        } catch {
            talk.fail(Problem(.internalError, "the program could not be run"))
        }
    }

    /// The request with its artifact; nil when it did not compile.
    private func compiled(_ job: Job) async throws -> ExecutionRequest? {
        guard job.language.isCompiled else { return job.request }
        let talk = job.talk
        talk.say("stage") { $0.stage = "compile" }
        let deadline = runs.service.clock.now() + .seconds(Limits.executionSeconds)
        let order = WholeRun.Order(
            language: job.language, request: job.request, identity: talk.identity, deadline: deadline)
        let compilation = try await runs.compiled(order)
        let stage = PistonTranslation.stage(compilation)
        for (stream, text) in [("stdout", stage.stdout), ("stderr", stage.stderr)] where !text.isEmpty {
            talk.say("data") { ($0.stream, $0.data) = (stream, text) }
        }
        talk.say("exit") { ($0.stage, $0.code, $0.signal) = ("compile", stage.code, stage.signal) }
        guard compilation.state == .succeeded else { return nil }
        var request = job.request
        request.artifact = compilation.artifact
        return request
    }

    private func run(_ request: ExecutionRequest, _ talk: PistonTalk) async throws {
        let record = try runs.service.create(request, key: nil, owner: talk.identity.userID).record
        let isWanted = talk.state.withLock { state in
            if state.phase != .over { state.record = record }
            return state.phase != .over
        }
        guard isWanted else { return record.cancel() }
        talk.say("stage") { $0.stage = "run" }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.type(from: talk, into: record) }
            await show(record, to: talk)
            talk.typed.end()
            group.cancelAll()
        }
        let stage = PistonTranslation.stage(record.execution.result ?? ExecutionResult(), [])
        talk.say("exit") { ($0.stage, $0.code, $0.signal) = ("run", stage.code, stage.signal) }
    }

    /// Shows what the program writes until it ends; a client that does not read is waited for.
    private func show(_ record: ExecutionRecord, to talk: PistonTalk) async {
        await ignoring("a follower that is cancelled has nobody to tell") {
            try await record.follow(after: 0) { event in
                guard event.kind == .stdout || event.kind == .stderr, let content = event.content else {
                    return
                }
                await talk.waitForRoom()
                let bytes = EncodedBytes.decode(content, event.encoding ?? .utf8)
                talk.say("data") {
                    ($0.stream, $0.data) = (event.kind.rawValue, String(decoding: bytes, as: UTF8.self))
                }
            }
        }
    }

    /// Types what the client sends, and signals, as soon as the program runs.
    private func type(from talk: PistonTalk, into record: ExecutionRecord) async {
        await ignoring("a program that has ended, or does not read, misses nothing") {
            try await record.waitUntilRunning()
            let early = talk.state.withLock { state in
                state.isRunning = true
                return state.signals
            }
            for number in early { try record.signal(number: number) }
            while let bytes = await talk.typed.next() { try await record.write(bytes, isLast: false) }
        }
    }
}
