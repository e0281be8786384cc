private import Foundation
package import GRDB
package import Storage
package import SystemKit

/// A message that was stored together with the change it tells of.
package struct OutboxMessage: Sendable, Equatable {
    /// Its place in the order of commits.
    package let sequence: Int64
    /// What it is about: `"run.finished"` and so on.
    package let topic: String
    /// Its content, in the topic's own coding.
    package let payload: [UInt8]
}

/// A transactional outbox: what is said to the outside is stored with the data, and delivered at least
/// once, in order, to each relay.
package struct Outbox: Sendable {
    private let clock: WallClock

    /// The outbox of a database.
    package init(clock: WallClock = .system) { self.clock = clock }

    /// The outbox's tables.
    package static let migration = Migration(
        "messaging-outbox-1",
        sql: """
            CREATE TABLE outbox (
                sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                topic TEXT NOT NULL,
                payload BLOB NOT NULL,
                created_at INTEGER NOT NULL
            );
            CREATE TABLE outbox_relay (name TEXT PRIMARY KEY, delivered INTEGER NOT NULL) WITHOUT ROWID;
            """)

    /// Stores a message in the transaction of the change it tells of.
    @discardableResult
    package func add(topic: String, payload: [UInt8], in database: Database) throws -> Int64 {
        let statement = try database.cachedStatement(
            sql: "INSERT INTO outbox (topic, payload, created_at) VALUES (?, ?, ?)")
        try statement.execute(arguments: [topic, Data(payload), clock.now().milliseconds])
        return database.lastInsertedRowID
    }

    /// The next messages that the relay called `relay` has not delivered, at most 100.
    package func undelivered(to relay: String, in database: Database) throws -> [OutboxMessage] {
        let sql = """
            SELECT * FROM outbox WHERE sequence > coalesce(
                (SELECT delivered FROM outbox_relay WHERE name = ?), 0) ORDER BY sequence LIMIT ?
            """
        return try Row.fetchAll(database, sql: sql, arguments: [relay, Limits.relayBatch]).map { row in
            OutboxMessage(
                sequence: row["sequence"], topic: row["topic"], payload: [UInt8](row["payload"] as Data))
        }
    }

    /// Notes that a relay has delivered everything up to `sequence`, and forgets what all relays have.
    package func delivered(through sequence: Int64, to relay: String, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO outbox_relay VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET delivered = max(delivered, excluded.delivered)
                """, arguments: [relay, sequence])
        try database.execute(
            sql: """
                DELETE FROM outbox WHERE sequence IN (
                    SELECT sequence FROM outbox
                    WHERE sequence <= (SELECT min(delivered) FROM outbox_relay) LIMIT ?)
                """, arguments: [Limits.pruneRows])
    }
}
