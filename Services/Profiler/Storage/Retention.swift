internal import Contracts
internal import GRDB

/// Keeps the database bounded: what is oldest and finished goes first, an owner's own before others'.
enum Retention {
    /// Makes room for one more profile of `owner`.
    static func makeRoom(owner: UserID, _ database: Database) throws {
        let owned = try count(database, "WHERE owner = ?", [owner.text])
        let crowd = owned.profiles - Limits.profilesPerOwner + 1
        if crowd > 0 { try evict(crowd, "AND owner = ?", [owner.text], database) }
        for _ in 0..<Limits.evictionsAtOnce {
            let all = try count(database, "", [])
            guard all.profiles >= Limits.profiles || all.bytes >= Limits.storedBytes else { return }
            try evict(1, "", [], database)
        }
    }

    private static func count(
        _ database: Database, _ condition: String, _ arguments: StatementArguments
    ) throws -> (profiles: Int, bytes: Int) {
        let row = try Row.fetchOne(
            database, sql: "SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM profile \(condition)",
            arguments: arguments)
        return (row?[0] ?? 0, row?[1] ?? 0)
    }

    private static func evict(
        _ count: Int, _ condition: String, _ arguments: StatementArguments, _ database: Database
    ) throws {
        try database.execute(
            sql: """
                DELETE FROM profile WHERE id IN (
                    SELECT id FROM profile WHERE state <> 'recording' \(condition) ORDER BY id LIMIT \(count))
                """,
            arguments: arguments)
    }
}
