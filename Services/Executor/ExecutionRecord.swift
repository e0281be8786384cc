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
        var cutters: [StreamKey: CharacterCutter] = [:]
        var result: ExecutionResult?
        /// The programs that run now; several in a pipeline, in the order of its stages.
        var runs: [SandboxRun] = []
        /// Bytes of output of all streams that may still be shown.
        var outputRoom = Int.max
        var isCancelled = false
        var startedNanoseconds: UInt64 = 0
        var finishedAt: Timestamp?
        var lastWaiter = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    /// An output stream of the only program, or of a stage.
    struct StreamKey: Hashable {
        let stream: OutputStream
        let stage: Int?
    }

    /// Its name.
    package let id: ExecutionID
    let owner: UserID
    let plan: PlannedExecution
    /// Owner and key under which its start is noted; nil when it was asked for without a key.
    let startName: String?
    /// Where somebody sits, for a program that has a terminal.
    let terminal: Terminal?
    private let createdAt: Timestamp
    private let createdNanoseconds = monotonicNanoseconds()
    private let clock: WallClock
    let state = Locked(State())

    init(_ plan: PlannedExecution, owner: UserID, startName: String? = nil, clock: WallClock) {
        let now = clock.now()
        id = ExecutionID(milliseconds: now.milliseconds, random: randomBytes(10))
        self.owner = owner
        self.startName = startName
        self.plan = plan
        terminal = plan.terminal.map { Terminal($0, clock: clock) }
        createdAt = now
        self.clock = clock
        state.withLock { $0.outputRoom = plan.totalOutput }
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
        let shown = terminal?.keptBytes ?? 0
        return state.withLock { state in
            4096 + shown + (state.result?.contentBytes ?? 0) * 2 + state.usageEvents * 200
        }
    }

    /// Whether it still waits for its place; false when somebody has cancelled it.
    func mayStart() -> Bool {
        let isCancelled = isCancelled
        if isCancelled { complete(Self.ended(.cancelled, nil)) }
        return !isCancelled
    }

    /// Whether somebody wants its end.
    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// The sandboxes are built that run now; those before them have ended.
    func started(_ runs: [SandboxRun]) {
        let isCancelled = change { state in
            state.runs = runs
            if state.state == .queued {
                state.state = .running
                state.startedNanoseconds = monotonicNanoseconds()
                state.append(.started, at: 0)
            }
            return state.isCancelled
        }
        if isCancelled { for run in runs { run.cancel() } }
    }

    /// Something happened in a sandbox, other than its end.
    /// - Parameter stage: of a pipeline, nil for the only program.
    func note(_ event: SandboxEvent, stage: Int? = nil) {
        switch event {
        case .output(let stream, let bytes):
            let key = StreamKey(stream: stream, stage: stage)
            let tooMuch = change { state in
                state.append(bytes, of: key) ? [] : state.runs
            }
            for run in tooMuch { run.cancel() }
        case .sample(let sample): change { $0.append(SandboxTranslation.usage(sample)) }
        case .finished: break
        }
    }

    /// A case, a repetition or a stage has ended.
    func ended(_ part: PartResult) {
        change { state in
            state.append(.part) { $0.part = part }
        }
    }

    /// The only program has ended.
    func finish(_ own: SandboxResult) {
        let cut = TotalOutput.cut(own, to: plan.totalOutput, isCancelled: isCancelled)
        finish(SandboxTranslation.result(cut, collecting: !plan.spec.collect.isEmpty))
    }

    /// It is over.
    func finish(_ result: ExecutionResult) {
        var result = result
        let queue = state.withLock {
            Int((max($0.startedNanoseconds, createdNanoseconds) - createdNanoseconds) / 1000)
        }
        result.queueMicroseconds = max(0, queue - result.setupMicroseconds)
        complete(result)
    }

    /// It ends without a result of the sandbox's, through our fault unless told.
    func fail(_ reason: String, as verdict: Verdict = .internalError) {
        complete(Self.ended(verdict, reason))
    }

    /// Somebody wants its end.
    package func cancel() {
        let runs = state.withLock { state in
            state.isCancelled = true
            return state.runs
        }
        for run in runs { run.cancel() }
        terminal?.release()
    }

    private static func ended(_ verdict: Verdict, _ reason: String?) -> ExecutionResult {
        var result = ExecutionResult()
        result.verdict = verdict
        result.flags = [verdict]
        result.memoryBasis = "rss"
        result.reason = reason
        return result
    }

    private func complete(_ result: ExecutionResult) {
        let now = clock.now()
        change { state in
            guard state.result == nil else { return }
            for key in state.cutters.keys { state.flush(key) }
            state.result = result
            state.state = .finished
            state.finishedAt = now
            state.runs = []
            var shown = result
            // An event is bounded; what was brought back comes with the execution itself.
            shown.files = nil
            state.append(.finished, at: result.wallMicroseconds) { [shown] in $0.result = shown }
        }
        terminal?.finish(result)
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

    /// Has everybody who waits look again.
    func wakeWaiters() { change { _ in } }
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

    /// Shows output; false when it is more than may be shown.
    mutating func append(_ bytes: [UInt8], of key: ExecutionRecord.StreamKey) -> Bool {
        let fitting = bytes.count <= outputRoom ? bytes : Array(bytes.prefix(outputRoom))
        outputRoom -= fitting.count
        emit(cutters[key, default: CharacterCutter()].take(fitting), key)
        return fitting.count == bytes.count
    }

    mutating func flush(_ key: ExecutionRecord.StreamKey) {
        if let rest = cutters[key]?.finish() { emit(rest, key) }
    }

    private mutating func emit(_ bytes: [UInt8], _ key: ExecutionRecord.StreamKey) {
        guard !bytes.isEmpty else { return }
        let (content, encoding) = EncodedBytes.encode(bytes)
        append(key.stream == .stdout ? .stdout : .stderr) { event in
            event.content = content
            event.encoding = encoding == .utf8 ? nil : encoding
            event.stage = key.stage
        }
    }

    mutating func append(_ usage: UsageSample) {
        guard usageEvents < Limits.usageEvents else { return }
        usageEvents += 1
        append(.usage, at: usage.atMicroseconds) { $0.usage = usage }
    }
}
