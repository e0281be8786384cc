package import Contracts
internal import Sandbox
internal import SystemKit

/// One execution: where it stands, everything that happened, and the way to its program.
///
/// Events are kept as long as the record, so a follower can start anywhere: their size is bounded by the
/// program's output limits.
package final class ExecutionRecord: Sendable {
    struct State {
        var state = ExecutionState.queued
        var events: [ExecutionEvent] = []
        var usageEvents = 0
        var cutters: [OutputStream: CharacterCutter] = [:]
        var result: ExecutionResult?
        var run: SandboxRun?
        var isCancelled = false
        var startedNanoseconds: UInt64 = 0
        var finishedAt: Timestamp?
        var lastWaiter = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    /// Its name.
    package let id: ExecutionID
    let owner: UserID
    let spec: SandboxSpec
    let firstInput: [UInt8]?
    private let createdAt: Timestamp
    private let createdNanoseconds = monotonicNanoseconds()
    private let clock: WallClock
    let state = Locked(State())

    init(_ plan: PlannedExecution, owner: UserID, clock: WallClock) {
        let now = clock.now()
        id = ExecutionID(milliseconds: now.milliseconds, random: randomBytes(10))
        self.owner = owner
        spec = plan.spec
        firstInput = plan.firstInput
        createdAt = now
        self.clock = clock
    }

    /// As it stands.
    package var execution: Execution {
        state.withLock { state in
            var execution = Execution()
            execution.id = id
            execution.state = state.state
            execution.createdAt = Instant(milliseconds: createdAt.milliseconds)
            execution.result = state.result
            return execution
        }
    }

    var finishedAt: Timestamp? { state.withLock { $0.finishedAt } }

    /// About what it costs to keep, bytes.
    var keptBytes: Int {
        state.withLock { state in
            let output = (state.result?.stdout.totalBytes ?? 0) + (state.result?.stderr.totalBytes ?? 0)
            return 4096 + min(output, spec.limits.stdoutBytes + spec.limits.stderrBytes) * 2 + state
                .usageEvents * 200
        }
    }

    /// Whether it still waits for its place; false when somebody has cancelled it.
    func mayStart() -> Bool {
        let isCancelled = state.withLock { $0.isCancelled }
        if isCancelled { finish(Self.ended(.cancelled, nil)) }
        return !isCancelled
    }

    /// The sandbox is built.
    func started(_ run: SandboxRun) {
        let isCancelled = change { state in
            state.state = .running
            state.run = run
            state.startedNanoseconds = monotonicNanoseconds()
            state.append(.started, at: 0)
            return state.isCancelled
        }
        if isCancelled { run.cancel() }
    }

    /// Something happened in the sandbox.
    func note(_ event: SandboxEvent) {
        switch event {
        case .output(let stream, let bytes): change { $0.append(bytes, of: stream) }
        case .sample(let sample): change { $0.append(SandboxTranslation.usage(sample)) }
        case .finished(let result):
            let queue = state.withLock {
                Int((max($0.startedNanoseconds, createdNanoseconds) - createdNanoseconds) / 1000)
            }
            let waited = max(0, queue - result.setupMicroseconds)
            finish(SandboxTranslation.result(result, queueMicroseconds: waited))
        }
    }

    /// It ends without a result of the sandbox's, through our fault.
    func fail(_ reason: String) { finish(Self.ended(.internalError, reason)) }

    /// Somebody wants its end.
    package func cancel() {
        let run = state.withLock { state in
            state.isCancelled = true
            return state.run
        }
        run?.cancel()
    }

    private static func ended(_ verdict: Verdict, _ reason: String?) -> ExecutionResult {
        var result = ExecutionResult()
        result.verdict = verdict
        result.flags = [verdict]
        result.memoryBasis = "rss"
        result.reason = reason
        return result
    }

    private func finish(_ result: ExecutionResult) {
        let now = clock.now()
        change { state in
            guard state.result == nil else { return }
            for stream in OutputStream.allCases { state.flush(stream) }
            state.result = result
            state.state = .finished
            state.finishedAt = now
            state.run = nil
            state.append(.finished, at: result.wallMicroseconds) { $0.result = result }
        }
    }

    /// Changes the state and wakes everybody who waits for that.
    private func change<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        let (result, waiters) = state.withLock { state in
            let result = body(&state)
            defer { state.waiters = [:] }
            return (result, Array(state.waiters.values))
        }
        for waiter in waiters { waiter.resume() }
        return result
    }
}

extension ExecutionRecord.State {
    private var elapsedMicroseconds: Int {
        startedNanoseconds == 0 ? 0 : Int((monotonicNanoseconds() - startedNanoseconds) / 1000)
    }

    mutating func append(
        _ kind: ExecutionEvent.Kind, at microseconds: Int? = nil,
        _ fill: (inout ExecutionEvent) -> Void = { _ in }
    ) {
        var event = ExecutionEvent()
        event.sequence = events.count + 1
        event.kind = kind
        event.atMicroseconds = microseconds ?? elapsedMicroseconds
        fill(&event)
        events.append(event)
    }

    mutating func append(_ bytes: [UInt8], of stream: OutputStream) {
        emit(cutters[stream, default: CharacterCutter()].take(bytes), stream)
    }

    mutating func flush(_ stream: OutputStream) {
        if let rest = cutters[stream]?.finish() { emit(rest, stream) }
    }

    private mutating func emit(_ bytes: [UInt8], _ stream: OutputStream) {
        guard !bytes.isEmpty else { return }
        let (content, encoding) = EncodedBytes.encode(bytes)
        append(stream == .stdout ? .stdout : .stderr) { event in
            event.content = content
            event.encoding = encoding == .utf8 ? nil : encoding
        }
    }

    mutating func append(_ usage: UsageSample) {
        guard usageEvents < Limits.usageEvents else { return }
        usageEvents += 1
        append(.usage, at: usage.atMicroseconds) { $0.usage = usage }
    }
}
