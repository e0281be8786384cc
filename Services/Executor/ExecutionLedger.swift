internal import Artifacts
internal import Contracts
internal import SystemKit

/// All executions this process knows: bounded in number, bytes and time; and the keys that started them.
final class ExecutionLedger: Sendable {
    /// A key, whose it is, and what it stood for.
    struct Ticket: Sendable {
        let name: String
        let digest: Digest256

        init(owner: UserID, key: String, request: ExecutionRequest) {
            name = "\(owner.text) \(key)"
            digest = ContentDigest.of(request.encode())
        }
    }

    fileprivate struct Known: Sendable {
        let digest: Digest256
        let id: ExecutionID
        let at: Timestamp
    }

    fileprivate struct State {
        var records: [ExecutionID: ExecutionRecord] = [:]
        /// Finished ones, oldest first, with what they cost.
        var finished: [(id: ExecutionID, bytes: Int)] = []
        var finishedBytes = 0
        var active = 0
        var keys: [String: Known] = [:]
    }

    private let state = Locked(State())
    private let clock: WallClock
    private let active: Int

    /// - Parameter active: executions queued and running at most.
    init(clock: WallClock, active: Int) {
        self.clock = clock
        self.active = active
    }

    func record(_ id: ExecutionID) -> ExecutionRecord? { state.withLock { $0.records[id] } }

    /// What the same key started before, or nil for a new key.
    func replay(_ ticket: Ticket) throws(Problem) -> ExecutionRecord? {
        try state.withLock { state throws(Problem) in try Self.replay(ticket, state) }
    }

    private static func replay(_ ticket: Ticket, _ state: State) throws(Problem) -> ExecutionRecord? {
        guard let known = state.keys[ticket.name] else { return nil }
        guard known.digest == ticket.digest else {
            throw Problem(.idempotencyMismatch, "this Idempotency-Key was used for another request")
        }
        guard let record = state.records[known.id] else {
            throw Problem(.gone, "this Idempotency-Key started \(known.id.text), which is no longer kept")
        }
        return record
    }

    /// A new record, unless the same key was faster.
    func open(
        _ plan: PlannedExecution, owner: UserID, _ ticket: Ticket?
    ) throws(Problem) -> (record: ExecutionRecord, isNew: Bool) {
        let now = clock.now()
        return try state.withLock { state throws(Problem) in
            if let ticket, let known = try Self.replay(ticket, state) { return (known, false) }
            guard state.active < active else {
                throw Problem(
                    .overloaded, "\(state.active) executions are waiting or running", retryAfter: 1000)
            }
            let record = ExecutionRecord(plan, owner: owner, startName: ticket?.name, clock: clock)
            state.records[record.id] = record
            state.active += 1
            if let ticket {
                state.remember(Known(digest: ticket.digest, id: record.id, at: now), ticket.name)
            }
            state.forgetOld(now)
            return (record, true)
        }
    }

    /// It is over: from now on it is kept only for those who ask.
    func finished(_ record: ExecutionRecord) {
        let bytes = record.keptBytes
        state.withLock { state in
            state.active -= 1
            state.finished.append((record.id, bytes))
            state.finishedBytes += bytes
            state.forgetOld(clock.now())
        }
    }
}

extension ExecutionLedger.State {
    fileprivate mutating func remember(_ known: ExecutionLedger.Known, _ name: String) {
        if keys.count >= Limits.keys {
            let horizon = known.at.milliseconds - Limits.keyMilliseconds
            keys = keys.filter { $0.value.at.milliseconds > horizon }
            // All of a day's keys are young: the oldest half goes, in one piece, so that this stays rare.
            if keys.count >= Limits.keys {
                let old = keys.sorted { $0.value.at < $1.value.at }.prefix(Limits.keys / 2)
                for (name, _) in old { keys[name] = nil }
            }
        }
        keys[name] = known
    }

    fileprivate mutating func forgetOld(_ now: Timestamp) {
        var dropped = 0
        for entry in finished {
            let ended = records[entry.id]?.finishedAt?.milliseconds ?? 0
            let isOld = ended + Limits.retentionMilliseconds < now.milliseconds
            let isTooMuch =
                finished.count - dropped > Limits.keptExecutions || finishedBytes > Limits.keptBytes
            guard isOld || isTooMuch else { break }
            records[entry.id] = nil
            finishedBytes -= entry.bytes
            dropped += 1
        }
        finished.removeFirst(dropped)
    }
}
