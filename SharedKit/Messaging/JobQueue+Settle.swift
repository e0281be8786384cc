package import GRDB
package import SystemKit

/// What becomes of a job whose attempt did not succeed.
package enum Failed: Sendable, Equatable {
    /// It is tried again at this time.
    case retried(at: Timestamp)
    /// It is set aside as dead.
    case dead
}

/// What a request to cancel a job came to.
package enum Cancelled: Sendable, Equatable {
    /// It had not started and never will.
    case now
    /// Its worker hears of it with the next heartbeat.
    case requested
    /// There is no such job, or it is finished.
    case finished
}

/// What the database answered to a heartbeat.
package struct Heartbeat: Sendable, Equatable {
    /// Jobs that belong to someone else by now.
    package var lost: [Int64] = []
    /// Jobs that are to be called off.
    package var cancelled: [Int64] = []
}

extension JobQueue {
    /// Marks a claimed job as done.
    /// - Throws: `LeaseLost` when the fence is not the newest; then the caller's transaction must not commit.
    package func complete(_ job: Job, in database: Database) throws {
        try settle(job, as: .completed, error: nil, in: database)
    }

    /// Marks a claimed job as called off.
    /// - Throws: `LeaseLost` as for `complete`.
    package func cancelled(_ job: Job, in database: Database) throws {
        try settle(job, as: .cancelled, error: nil, in: database)
    }

    /// Gives up on a claimed job: no further attempt.
    /// - Throws: `LeaseLost` as for `complete`.
    package func bury(_ job: Job, because reason: String, in database: Database) throws {
        try settle(job, as: .dead, error: reason, in: database)
    }

    /// Notes a failed attempt: the job waits for the next one, or is dead after the last.
    /// - Throws: `LeaseLost` as for `complete`.
    package func fail(_ job: Job, because reason: String, in database: Database) throws -> Failed {
        guard job.attempt < job.maxAttempts else {
            try bury(job, because: reason, in: database)
            return .dead
        }
        var random = SystemRandomNumberGenerator()
        let wait = backoff.wait(afterAttempt: job.attempt, using: &random)
        let due = clock.now() + wait
        try release(job, until: due, error: reason, attempts: 0, in: database)
        return .retried(at: due)
    }

    /// Puts a claimed job back to be claimed again after `delay`, as if this attempt had not been.
    /// - Throws: `LeaseLost` as for `complete`.
    package func snooze(_ job: Job, for delay: Duration, in database: Database) throws {
        try release(job, until: clock.now() + delay, error: nil, attempts: -1, in: database)
    }

    /// Proves that the caller still holds the job, for what it stores on the way.
    /// - Throws: `LeaseLost` as for `complete`.
    package func verify(_ job: Job, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "SELECT 1 FROM job WHERE id = ? AND fence = ? AND state = 'executing'")
        if try Int.fetchOne(statement, arguments: [job.id, job.fence]) == nil {
            throw LeaseLost(job: job.id)
        }
    }

    /// Calls a job off: at once when it waits, through its worker's heartbeat when it executes.
    package func requestCancel(_ id: Int64, in database: Database) throws -> Cancelled {
        let sql = """
            UPDATE job SET cancel_requested = 1,
                finished_at = CASE state WHEN 'available' THEN :now END,
                state = CASE state WHEN 'available' THEN 'cancelled' ELSE state END
            WHERE id = :id AND queue = :queue AND state IN ('available', 'executing') RETURNING state
            """
        let arguments: StatementArguments = ["now": clock.now().milliseconds, "id": id, "queue": name]
        let state = try String.fetchOne(database, sql: sql, arguments: arguments)
        return switch state {
        case "cancelled": .now
        case "executing": .requested
        default: .finished
        }
    }

    /// Prolongs the leases of `jobs`; answers which are lost and which are to be called off.
    package func heartbeat(_ jobs: [Job], in database: Database) throws -> Heartbeat {
        let now = clock.now()
        let statement = try database.cachedStatement(
            sql: """
                UPDATE job SET lease_until = ?, heartbeat_at = ?
                WHERE id = ? AND fence = ? AND state = 'executing' RETURNING cancel_requested
                """)
        var answer = Heartbeat()
        for job in jobs {
            let until = (now + lease).milliseconds
            let arguments: StatementArguments = [until, now.milliseconds, job.id, job.fence]
            switch try Int.fetchAll(statement, arguments: arguments).first {
            case .none: answer.lost.append(job.id)
            case 0: break
            default: answer.cancelled.append(job.id)
            }
        }
        return answer
    }

    /// Puts a dead job back with all its attempts; says whether there was one.
    package func replay(_ id: Int64, in database: Database) throws -> Bool {
        try database.execute(
            sql: """
                UPDATE job SET state = 'available', attempt = 0, crashes = 0, cancel_requested = 0,
                    run_at = ?, finished_at = NULL
                WHERE id = ? AND queue = ? AND state = 'dead'
                """, arguments: [clock.now().milliseconds, id, name])
        return database.changesCount == 1
    }

    /// How many jobs stand in each state.
    package func counts(in database: Database) throws -> [JobState: Int] {
        let sql = "SELECT state, count(*) AS count FROM job WHERE queue = ? GROUP BY state"
        let rows = try Row.fetchAll(database, sql: sql, arguments: [name])
        return Dictionary(
            uniqueKeysWithValues: rows.compactMap { row in
                JobState(rawValue: row["state"]).map { ($0, row["count"]) }
            })
    }

    /// How many jobs wait for a worker; cheap however many have finished.
    package func waiting(in database: Database) throws -> Int {
        let statement = try database.cachedStatement(
            sql: "SELECT count(*) FROM job WHERE queue = ? AND state = 'available'")
        return try Int.fetchOne(statement, arguments: [name]) ?? 0
    }

    /// Jobs that some worker has claimed at least once and that have not ended.
    package func begun(in database: Database) throws -> [Int64] {
        let sql = "SELECT id FROM job WHERE queue = ? AND fence > 0 AND state IN ('available', 'executing')"
        return try Int64.fetchAll(database, sql: sql, arguments: [name])
    }

    /// Forgets jobs that finished more than a day ago, some at a time; dead ones stay until replayed.
    package func prune(in database: Database) throws {
        let before = clock.now() + (.zero - Limits.history)
        try database.execute(
            sql: """
                DELETE FROM job WHERE id IN (
                    SELECT id FROM job WHERE finished_at < ? AND state IN ('completed', 'cancelled') LIMIT ?)
                """, arguments: [before.milliseconds, Limits.pruneRows])
    }

    private func settle(_ job: Job, as state: JobState, error: String?, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                UPDATE job SET state = ?, finished_at = ?, error = coalesce(?, error), lease_owner = NULL
                WHERE id = ? AND fence = ? AND state = 'executing'
                """)
        try statement.execute(arguments: [
            state.rawValue, clock.now().milliseconds, error.map(clipped), job.id, job.fence,
        ])
        if database.changesCount != 1 { throw LeaseLost(job: job.id) }
    }

    private func release(
        _ job: Job, until due: Timestamp, error: String?, attempts: Int, in database: Database
    ) throws {
        let statement = try database.cachedStatement(
            sql: """
                UPDATE job SET state = 'available', run_at = ?, error = coalesce(?, error),
                    attempt = attempt + ?, lease_owner = NULL
                WHERE id = ? AND fence = ? AND state = 'executing'
                """)
        try statement.execute(arguments: [due.milliseconds, error.map(clipped), attempts, job.id, job.fence])
        if database.changesCount != 1 { throw LeaseLost(job: job.id) }
    }

    private func clipped(_ text: String) -> String { String(text.prefix(Limits.errorBytes)) }
}
