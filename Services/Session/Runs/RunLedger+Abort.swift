internal import Contracts
internal import GRDB
internal import Storage
internal import SystemKit

extension RunLedger {
    /// Ends a run that nobody conducts.
    func abort(_ row: RunRow, as state: RunState, because reason: String?) async throws {
        let now = clock.now().instant
        var run = row.record
        run.state = state
        run.reason = reason
        run.finishedAt = now
        run.timings.totalMilliseconds = Double(max(0, now.milliseconds - run.createdAt.milliseconds))
        var event = RunEvent()
        event.sequence = row.lastSequence + 1
        event.at = now
        event.kind = .finished
        event.state = state
        let (final, last) = (run, event)
        _ = try await store.write { database in
            try RunRow.update(final, executionSequence: row.executionSequence, in: database)
            return try append([last], of: final, in: database)
        } settled: {
            settle($0, of: final)
        }
    }
}
