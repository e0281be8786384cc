internal import Contracts
internal import GRDB
internal import Storage
internal import SystemKit

/// The store's own refusals become the service's: a full queue is a reason to come back, not an internal
/// error.
extension AuthService {
    /// Runs `work` in one durable transaction.
    /// - Throws: what `work` throws; `AuthRefusal.overloaded`; `Problem` (`unavailable`) without room.
    func commit<Value: Sendable>(_ work: @escaping @Sendable (Database) throws -> Value) async throws -> Value
    {
        do {
            return try await store.write(work)
        } catch is Overloaded {
            throw AuthRefusal.overloaded(milliseconds: 1000)
        } catch StoreFailure.commitFailed {
            throw Problem(
                .unavailable, "nothing can be stored at the moment: codecollab status says why",
                retryAfter: 5000)
        }
    }

    /// Runs `query` on what is committed.
    /// - Throws: what `query` throws; `AuthRefusal.overloaded`; the store's errors.
    func look<Value: Sendable>(_ query: @escaping @Sendable (Database) throws -> Value) async throws -> Value
    {
        do {
            return try await store.read(query)
        } catch is Overloaded {
            throw AuthRefusal.overloaded(milliseconds: 1000)
        }
    }

    /// Writes down what an attempt changed about the delays, before its outcome is known: a crash in between
    /// gives no guess back. Attempts that cost nothing write nothing.
    func keepDelays(of attempt: Attempt) async throws {
        let changes = attempts.withLock { $0.changes(by: attempt) }
        if changes.isEmpty { return }
        try await commit { try DelayRecord.save(changes, $0) }
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
