internal import Contracts
internal import FoundationEssentials
internal import GRDB

/// A run as its row has it.
struct RunRow: Sendable {
    let spec: RunSpec
    let record: Run
    /// Whether a program may have been started for it; then it is never started again.
    let hasStarted: Bool
    /// The last event of the execution that is stored.
    let executionSequence: Int
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
                hasStarted: row["has_started"], executionSequence: row["execution_seq"],
                lastSequence: row["last_seq"], jobID: row["job_id"])
        }
    }

    static func record(_ id: RunID, in database: Database) throws -> Run? {
        try database.value("SELECT record FROM run WHERE id = ?", [id.text])
    }

    static func insert(_ run: Run, _ spec: RunSpec, hasStarted: Bool, in database: Database) throws {
        try database.run(
            """
            INSERT INTO run (id, session_id, requested_by, has_started, spec, record)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                run.id.text, run.sessionID?.text, run.requestedBy.text, hasStarted ? 1 : 0, spec.column,
                run.column,
            ])
    }

    static func setJob(_ job: Int64, of id: RunID, in database: Database) throws {
        try database.run("UPDATE run SET job_id = ? WHERE id = ?", [job, id.text])
    }

    static func update(
        _ run: Run, hasStarted: Bool, executionSequence: Int, in database: Database
    ) throws {
        try database.run(
            "UPDATE run SET record = ?, is_final = ?, has_started = ?, execution_seq = ? WHERE id = ?",
            [run.column, run.state.isFinal ? 1 : 0, hasStarted ? 1 : 0, executionSequence, run.id.text])
    }

    static func activeCount(of user: UserID, in database: Database) throws -> Int {
        let statement = try database.cachedStatement(
            sql: "SELECT count(*) FROM run WHERE requested_by = ? AND is_final = 0")
        return try Int.fetchOne(statement, arguments: [user.text]) ?? 0
    }
}
