internal import GRDB
internal import SystemKit

/// The machine that the database lies on, told apart from itself before its last restart.
enum Machine {
    private static let bootFile = "/proc/sys/kernel/random/boot_id"

    /// Whether the machine was restarted since this was last asked; remembered in the caller's transaction.
    /// - Throws: `SystemFailure` without /proc, `DatabaseError`.
    static func hasRestarted(in database: Database) throws -> Bool {
        let now = String(decoding: try FileBytes.read(bootFile, atMost: 4096), as: UTF8.self)
        let before = try String.fetchOne(database, sql: "SELECT boot_id FROM machine")
        if before == now { return false }
        try database.execute(sql: "DELETE FROM machine")
        try database.execute(sql: "INSERT INTO machine VALUES (?)", arguments: [now])
        return true
    }
}
