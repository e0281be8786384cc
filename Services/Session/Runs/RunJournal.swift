internal import Contracts
internal import GRDB
internal import Messaging
internal import Storage
internal import SystemKit

/// What happens in one run while it is conducted: noted at once, stored together a little later.
///
/// Notes are numbered when they are made and stored in that order; many small outputs become one event.
/// Whoever conducts waits for the store only where the order of effects demands it.
final class RunJournal: Sendable {
    fileprivate struct State: Sendable {
        var run: Run
        var executionSequence: Int
        var lastSequence: Int
        var pending: [RunEvent] = []
        var isDirty = false
        var failure: (any Error)?
    }

    private let ledger: RunLedger
    private let job: Job
    private let state: Locked<State>

    init(_ row: RunRow, job: Job, ledger: RunLedger) {
        self.ledger = ledger
        self.job = job
        state = Locked(
            State(
                run: row.record, executionSequence: row.executionSequence, lastSequence: row.lastSequence))
    }

    /// The run as it stands.
    var run: Run { state.withLock { $0.run } }
    /// The last event of the execution that was noted.
    var executionSequence: Int { state.withLock { $0.executionSequence } }

    /// Changes the record; stored with the next flush.
    func update(_ change: @Sendable (inout Run) -> Void) {
        state.withLock { state in
            change(&state.run)
            state.isDirty = true
        }
    }

    /// Goes to another state, and says so.
    func enter(_ next: RunState) {
        note(.state) {
            $0.state = next
        } changing: {
            $0.state = next
        }
    }

    /// Notes an event and a change of the record that belongs to it.
    func note(
        _ kind: RunEvent.Kind, _ fill: @Sendable (inout RunEvent) -> Void,
        changing change: @Sendable (inout Run) -> Void = { _ in }
    ) {
        let now = ledger.clock.now().instant
        state.withLock { state in
            change(&state.run)
            state.append(kind, at: now, fill)
        }
    }

    /// The executor has named the program.
    func begun(as id: ExecutionID) {
        if run.executionID != id { update { $0.executionID = id } }
    }

    /// Notes that an event of the execution was heard that leaves no trace of its own.
    func heard(_ event: ExecutionEvent) {
        state.withLock { $0.executionSequence = max($0.executionSequence, event.sequence) }
    }

    /// Notes output of the program, which the executor numbered.
    func output(_ event: ExecutionEvent, as kind: RunEvent.Kind) {
        let now = ledger.clock.now().instant
        state.withLock { state in
            guard event.sequence > state.executionSequence else { return }
            state.executionSequence = event.sequence
            let content = event.content ?? ""
            if state.extend(kind, content, event.encoding) { return }
            state.append(kind, at: now) {
                $0.content = content
                $0.encoding = event.encoding
            }
        }
    }

    /// Queues what was noted for storing and goes on.
    func flush() {
        state.withLock { state in
            guard state.isDirty, state.failure == nil else { return }
            let batch = state
            ignoring("too many wait: it stays noted, and the next flush takes it along") {
                try ledger.store.submit(work(batch, isLast: false)) { [self] in settle($0, batch.run) }
                state.pending = []
                state.isDirty = false
            }
        }
    }

    /// Stores what was noted, for whoever conducts the run next; returns when it is durable.
    func handOver() async throws {
        let batch = state.withLock { state in
            defer {
                state.pending = []
                state.isDirty = false
            }
            return state
        }
        try await write(batch, isLast: false)
    }

    /// Stores the end of the run and of its job in one transaction; returns when it is durable.
    func finish(_ change: @Sendable (inout Run) -> Void) async throws {
        let now = ledger.clock.now().instant
        let batch = state.withLock { state in
            change(&state.run)
            let final = state.run.state
            state.append(.finished, at: now) { $0.state = final }
            return state
        }
        try await write(batch, isLast: true)
    }

    private func write(_ batch: State, isLast: Bool) async throws {
        if let failure = batch.failure { throw failure }
        _ = try await ledger.store.write(work(batch, isLast: isLast)) { [self] in settle($0, batch.run) }
    }

    private func work(_ batch: State, isLast: Bool) -> @Sendable (Database) throws -> RunLedger.Stored {
        { [ledger, job] database in
            try ledger.queue.verify(job, in: database)
            try RunRow.update(batch.run, executionSequence: batch.executionSequence, in: database)
            let stored = try ledger.append(batch.pending, of: batch.run, in: database)
            if isLast { try ledger.queue.complete(job, in: database) }
            return stored
        }
    }

    private func settle(_ result: Result<RunLedger.Stored, any Error>, _ run: Run) {
        ledger.settle(result, of: run)
        if case .failure(let error) = result { state.withLock { $0.failure = $0.failure ?? error } }
    }
}

extension RunJournal.State {
    fileprivate mutating func append(
        _ kind: RunEvent.Kind, at now: Instant, _ fill: (inout RunEvent) -> Void
    ) {
        lastSequence += 1
        var event = RunEvent()
        event.sequence = lastSequence
        event.at = now
        event.kind = kind
        fill(&event)
        pending.append(event)
        isDirty = true
    }

    /// Lengthens the last event when it is text of the same stream and stays within bounds.
    fileprivate mutating func extend(
        _ kind: RunEvent.Kind, _ content: String, _ encoding: ContentEncoding?
    ) -> Bool {
        guard let last = pending.indices.last, pending[last].kind == kind, encoding != .base64,
            pending[last].encoding != .base64,
            let old = pending[last].content, old.utf8.count + content.utf8.count <= Limits.outputEventBytes
        else { return false }
        pending[last].content = old + content
        isDirty = true
        return true
    }
}
