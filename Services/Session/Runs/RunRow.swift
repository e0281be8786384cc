internal import Contracts
internal import FoundationEssentials
internal import GRDB

/// A run as its row has it.
struct RunRow: Sendable {
    let spec: RunSpec
    let record: Run
    /// Whether the machine went down while it was under way: nobody knows whether its program had started.
    var isLost = false
    /// The last event of the execution that is stored.
    var executionSequence = 0
    /// The number of its events.
    let lastSequence: Int
    let jobID: Int64

    static func read(_ id: RunID, in database: Database) throws -> RunRow? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT *, (SELECT coalesce(max(run_seq), 0) FROM event WHERE run_id = run.id) last_seq
                FROM run WHERE id = ?
                """)
        return try Row.fetchOne(statement, arguments: [id.text]).map { row in
            RunRow(
                spec: try RunSpec.column(row["spec"]), record: try Run.column(row["record"]),
                isLost: row["is_lost"], executionSequence: row["execution_seq"],
                lastSequence: row["last_seq"], jobID: row["job_id"])
        }
    }

    static func record(_ id: RunID, in database: Database) throws -> Run? {
        try database.value("SELECT record FROM run WHERE id = ?", [id.text])
    }

    static func insert(_ run: Run, _ spec: RunSpec, job: Int64, in database: Database) throws {
        try database.run(
            """
            INSERT INTO run (id, session_id, requested_by, job_id, spec, record) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                run.id.text, run.sessionID?.text, run.requestedBy.text, job, spec.column, run.column,
            ])
    }

    static func update(_ run: Run, executionSequence: Int, in database: Database) throws {
        try database.run(
            "UPDATE run SET record = ?, is_final = ?, execution_seq = ? WHERE id = ?",
            [run.column, run.state.isFinal ? 1 : 0, executionSequence, run.id.text])
    }

    /// After a restart of the machine: what was under way may have been started, and the executor's record of
    /// starts may be gone with the page cache.
    static func markLost(_ jobs: [Int64], in database: Database) throws {
        for job in jobs {
            try database.run("UPDATE run SET is_lost = 1 WHERE job_id = ? AND is_final = 0", [job])
        }
    }

    static func activeCount(of user: UserID, in database: Database) throws -> Int {
        let statement = try database.cachedStatement(
            sql: "SELECT count(*) FROM run WHERE requested_by = ? AND is_final = 0")
        return try Int.fetchOne(statement, arguments: [user.text]) ?? 0
    }
}
