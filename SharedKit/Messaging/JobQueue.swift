private import Foundation
package import GRDB
package import SystemKit

/// A durable queue of jobs in a service's own database.
///
/// A job is enqueued in the same transaction as the data it is about. A claim is one statement that gives a
/// lease and raises the fence; whoever completes or fails a job must show the newest fence. The end of a
/// lease is the only rescue. Functions that take a `Database` belong in a transaction of the caller.
package struct JobQueue: Sendable {
    /// The queue's name; one database holds many queues.
    package let name: String
    /// Who claims: this process, told apart from its predecessors.
    package let owner: String
    /// How long a claim lasts without a heartbeat.
    package let lease: Duration
    let backoff: Backoff
    let clock: WallClock

    /// A queue by its name, as seen by `owner`; the lease is 30 s unless told.
    package init(
        _ name: String, owner: String, clock: WallClock = .system, lease: Duration? = nil,
        backoff: Backoff? = nil
    ) {
        self.name = name
        self.owner = owner
        self.clock = clock
        self.lease = lease ?? Limits.lease
        self.backoff = backoff ?? Backoff(first: Limits.firstRetry, longest: Limits.longestRetry)
        precondition(self.lease > .zero, "a lease lasts")
    }

    /// Stores a job to be claimed later; answers its number, or the one that already has the unique key.
    /// - Throws: `ArgumentsTooLarge`, `DatabaseError`.
    package func enqueue(_ job: NewJob, in database: Database) throws -> Int64 {
        if let twin = try twin(of: job, in: database) { return twin }
        return try insert(job, state: .available, in: database)
    }

    /// Stores a job that this process starts at once: claimed from birth, which saves a commit.
    ///
    /// Answers nil when another job already has the unique key.
    /// - Throws: `ArgumentsTooLarge`, `DatabaseError`.
    package func enqueueClaimed(_ job: NewJob, in database: Database) throws -> Job? {
        if try twin(of: job, in: database) != nil { return nil }
        let id = try insert(job, state: .executing, in: database)
        return Job(
            id: id, kind: job.kind, arguments: job.arguments, attempt: 1, maxAttempts: job.maxAttempts,
            crashes: 0,
            fence: 1, traceParent: job.traceParent)
    }

    /// Gives up to `count` due jobs to this owner: a lease and the next fence each.
    ///
    /// A job whose lease has run out is due too; its lost worker counts as a crash.
    package func claim(upTo count: Int, in database: Database) throws -> [Job] {
        let now = clock.now()
        let statement = try database.cachedStatement(sql: Self.claimSQL)
        let arguments: StatementArguments = [
            "owner": owner, "until": (now + lease).milliseconds, "now": now.milliseconds, "queue": name,
            "count": count, "crashes": Limits.crashes,
        ]
        return try Row.fetchAll(statement, arguments: arguments).map(Job.init(row:)).sorted { $0.id < $1.id }
    }

    /// Sets aside the jobs whose worker died with them too often, and answers them.
    package func quarantine(in database: Database) throws -> [Job] {
        let now = clock.now().milliseconds
        return try Row.fetchAll(
            database,
            sql: """
                UPDATE job SET state = 'dead', fence = fence + 1, crashes = crashes + 1, finished_at = ?,
                    error = 'its worker died with it too often'
                WHERE queue = ? AND state = 'executing' AND lease_until <= ? AND crashes + 1 >= ?
                RETURNING *
                """,
            arguments: [now, name, now, Limits.crashes]
        ).map(Job.init(row:))
    }

    /// Ends every lease on this queue at once: for the start of the only process that may hold one.
    package func takeBack(in database: Database) throws {
        try database.execute(
            sql: "UPDATE job SET lease_until = 0 WHERE queue = ? AND state = 'executing'", arguments: [name])
    }

    /// When the next job may be due, by the end of its wait or of its lease; nil when there is none.
    package func nextDue(in database: Database) throws -> Timestamp? {
        let sql = """
            SELECT min(due) FROM (
                SELECT min(run_at) AS due FROM job WHERE queue = ?1 AND state = 'available'
                UNION ALL SELECT min(lease_until) FROM job WHERE queue = ?1 AND state = 'executing')
            """
        return try Int64.fetchOne(database, sql: sql, arguments: [name]).map(Timestamp.init(milliseconds:))
    }

    private func twin(of job: NewJob, in database: Database) throws -> Int64? {
        guard let key = job.uniqueKey else { return nil }
        let sql = """
            SELECT id FROM job WHERE queue = ? AND unique_key = ? AND state IN ('available', 'executing')
            """
        return try Int64.fetchOne(database, sql: sql, arguments: [name, key])
    }

    private func insert(_ job: NewJob, state: JobState, in database: Database) throws -> Int64 {
        guard job.arguments.count <= Limits.argumentBytes else {
            throw ArgumentsTooLarge(bytes: job.arguments.count)
        }
        let now = clock.now()
        let isClaimed = state == .executing
        let statement = try database.cachedStatement(sql: Self.insertSQL)
        try statement.execute(arguments: [
            "queue": name, "kind": job.kind, "arguments": Data(job.arguments), "priority": job.priority,
            "state": state.rawValue, "run_at": (now + job.delay).milliseconds, "claimed": isClaimed ? 1 : 0,
            "max_attempts": job.maxAttempts, "owner": isClaimed ? owner : nil,
            "until": isClaimed ? (now + lease).milliseconds : nil, "unique_key": job.uniqueKey,
            "trace_parent": job.traceParent, "now": now.milliseconds,
        ])
        return database.lastInsertedRowID
    }

    private static let insertSQL = """
        INSERT INTO job (queue, kind, arguments, priority, state, run_at, attempt, max_attempts, lease_owner,
            lease_until, fence, heartbeat_at, unique_key, trace_parent, created_at)
        VALUES (:queue, :kind, :arguments, :priority, :state, :run_at, :claimed, :max_attempts, :owner,
            :until, :claimed, :now, :unique_key, :trace_parent, :now)
        """

    private static let claimSQL = """
        UPDATE job SET state = 'executing', lease_owner = :owner, lease_until = :until, heartbeat_at = :now,
            fence = fence + 1, attempt = attempt + (state = 'available'),
            crashes = crashes + (state = 'executing')
        WHERE id IN (
            SELECT id FROM job WHERE queue = :queue AND (
                (state = 'available' AND run_at <= :now)
                OR (state = 'executing' AND lease_until <= :now AND crashes + 1 < :crashes))
            ORDER BY priority, run_at, id LIMIT :count)
        RETURNING *
        """
}

extension Job {
    init(row: Row) {
        self.init(
            id: row["id"], kind: row["kind"], arguments: [UInt8](row["arguments"] as Data),
            attempt: row["attempt"], maxAttempts: row["max_attempts"], crashes: row["crashes"],
            fence: row["fence"], traceParent: row["trace_parent"])
    }
}
