internal import GRDB

/// The delays of `AttemptGuard` in the store.
enum DelayRecord {
    /// Keeps delays, and drops those that are over.
    static func save(_ delays: [AttemptGuard.Delay], _ database: Database) throws {
        for delay in delays where delay.failures > 0 {
            try database.execute(
                sql: "INSERT OR REPLACE INTO delay (key, failures, last_ms, until_ms) VALUES (?, ?, ?, ?)",
                arguments: [delay.key, delay.failures, delay.last, delay.blockedUntil])
        }
        for delay in delays where delay.failures == 0 {
            try database.execute(sql: "DELETE FROM delay WHERE key = ?", arguments: [delay.key])
        }
    }

    /// All that are kept.
    static func all(_ database: Database) throws -> [AttemptGuard.Delay] {
        try Row.fetchAll(database, sql: "SELECT key, failures, last_ms, until_ms FROM delay").map {
            AttemptGuard.Delay(key: $0[0], failures: $0[1], last: $0[2], blockedUntil: $0[3])
        }
    }

    /// Drops those whose last failure is longer ago than any pace remembers.
    static func prune(before milliseconds: Int64, _ database: Database) throws {
        try database.execute(sql: "DELETE FROM delay WHERE last_ms < ?", arguments: [milliseconds])
    }
}
