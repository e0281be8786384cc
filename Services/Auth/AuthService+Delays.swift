internal import GRDB
internal import Storage
internal import SystemKit

/// What a restart must not forget of attempts to sign in.
extension AuthService {
    /// Writes down what an attempt changed about the delays, before its outcome is known: a crash in between
    /// gives no guess back. Attempts that cost nothing write nothing.
    func keepDelays(of attempt: Attempt) async throws {
        let changes = attempts.withLock { $0.changes(by: attempt) }
        if changes.isEmpty { return }
        try await store.write { try DelayRecord.save(changes, $0) }
    }

    /// The delays of the process before this one, without those that nobody remembers.
    func restoreDelays() async throws {
        let oldest = clock.now().milliseconds - AttemptGuard.Pace.account.memory
        let delays = try await store.write { database in
            try DelayRecord.prune(before: oldest, database)
            return try DelayRecord.all(database)
        }
        attempts.withLock { $0.restore(delays) }
    }
}
