internal import Contracts
internal import SystemKit

/// The submissions this process knows, bounded in number and bytes: the oldest that have ended go first.
///
/// They are kept in memory: a restart forgets them, as it ends the programs that run.
final class Judge0Store: Sendable {
    private struct State {
        var records: [String: Judge0Record] = [:]
        /// Tokens, the oldest first; some may be deleted.
        var order: [String] = []
        var bytes = 0
        var waiting = 0
        var working = 0
        var failed = 0
    }

    private let state = Locked(State())

    /// How many wait, are worked on, and have failed through our fault.
    var load: (waiting: Int, working: Int, failed: Int) {
        state.withLock { ($0.waiting, $0.working, $0.failed) }
    }

    /// Keeps submissions, all or none.
    /// - Throws: `Problem` (`overloaded`) when too many have not ended yet.
    func add(_ records: [Judge0Record]) throws(Problem) {
        try state.withLock { state throws(Problem) in
            guard state.waiting + state.working + records.count <= Limits.judge0Queue else {
                throw Problem(.overloaded, "queue is full", retryAfter: 1000)
            }
            for record in records {
                state.records[record.token] = record
                state.order.append(record.token)
            }
            state.waiting += records.count
        }
    }

    /// The submission of this token that the caller may see, or nil.
    func find(_ token: String, for caller: Identity) -> Judge0Record? {
        guard let record = state.withLock({ $0.records[token] }) else { return nil }
        return record.owner == caller.userID || caller.may(.admin) ? record : nil
    }

    /// The caller's submissions, the newest first.
    func all(of owner: UserID) -> [Judge0Record] {
        state.withLock { state in
            state.order.reversed().compactMap { state.records[$0] }.filter { $0.owner == owner }
        }
    }

    /// Forgets a submission.
    func remove(_ record: Judge0Record) {
        state.withLock { state in
            guard state.records.removeValue(forKey: record.token) != nil else { return }
            state.bytes -= record.keptBytes
        }
    }

    func begun(_ record: Judge0Record) {
        record.begin()
        state.withLock { state in
            state.waiting -= 1
            state.working += 1
        }
    }

    func ended(_ record: Judge0Record) {
        let (bytes, isFault) = (record.keptBytes, record.status == 13)
        state.withLock { state in
            state.working -= 1
            if isFault { state.failed += 1 }
            if state.records[record.token] != nil { state.bytes += bytes }
            var dropped = 0
            for token in state.order {
                let isTooMuch =
                    state.records.count > Limits.judge0Submissions || state.bytes > Limits.judge0Bytes
                let old = state.records[token]
                guard old == nil || (isTooMuch && old?.isFinished == true) else { break }
                if let old {
                    state.records[token] = nil
                    state.bytes -= old.keptBytes
                }
                dropped += 1
            }
            state.order.removeFirst(dropped)
        }
    }
}
