internal import Contracts
internal import GRDB
internal import SystemKit

/// A sign-in as it is stored: one row, however often it is refreshed.
struct SignInRecord: Sendable {
    var id: SignInID
    var userID: UserID
    var createdAt: Timestamp
    var state: RefreshState
    var client: String
    var address: String

    func insert(_ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO sign_in VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                id.text, userID.text, state.counter, createdAt.milliseconds, state.rotatedAt.milliseconds,
                state.expiresAt.milliseconds, client, address,
            ]
        )
        try database.execute(
            sql: """
                DELETE FROM sign_in WHERE user_id = ? AND id NOT IN
                    (SELECT id FROM sign_in WHERE user_id = ? ORDER BY rotated_ms DESC, id DESC LIMIT ?)
                """,
            arguments: [userID.text, userID.text, Limits.signInsPerAccount]
        )
    }

    /// Makes the next token current, if the one before it still is.
    /// - Returns: whether it was.
    func rotate(to next: RefreshState, from origin: Origin, _ database: Database) throws -> Bool {
        try database.execute(
            sql: """
                UPDATE sign_in SET counter = ?, rotated_ms = ?, expires_ms = ?, client = ?, address = ?
                WHERE id = ? AND counter = ?
                """,
            arguments: [
                next.counter, next.rotatedAt.milliseconds, next.expiresAt.milliseconds, origin.client,
                origin.address, id.text, state.counter,
            ]
        )
        return database.changesCount == 1
    }

    static func find(_ id: SignInID, _ database: Database) throws -> SignInRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM sign_in WHERE id = ?", arguments: [id.text]).map(
            Self.init
        )
    }

    static func all(of user: UserID, now: Timestamp, _ database: Database) throws -> [SignInRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM sign_in WHERE user_id = ? AND expires_ms > ? ORDER BY id DESC",
            arguments: [user.text, now.milliseconds]
        ).map(Self.init)
    }

    /// Ends a sign-in; whether there was one.
    static func delete(_ id: SignInID, of user: UserID, _ database: Database) throws -> Bool {
        try database.execute(
            sql: "DELETE FROM sign_in WHERE id = ? AND user_id = ?",
            arguments: [id.text, user.text]
        )
        return database.changesCount == 1
    }

    /// As its owner sees it.
    func signIn(current: SignInID?) -> SignIn {
        .with {
            $0.id = id
            $0.createdAt = Instant(milliseconds: createdAt.milliseconds)
            $0.lastUsedAt = Instant(milliseconds: state.rotatedAt.milliseconds)
            $0.expiresAt = Instant(milliseconds: state.expiresAt.milliseconds)
            $0.client = client
            $0.address = address
            $0.isCurrent = id == current
        }
    }
}

extension SignInRecord {
    init(_ row: Row) throws {
        id = try SignInID(row["id"] as String)
        userID = try UserID(row["user_id"] as String)
        createdAt = Timestamp(milliseconds: row["created_ms"])
        state = RefreshState(
            counter: row["counter"],
            rotatedAt: Timestamp(milliseconds: row["rotated_ms"]),
            expiresAt: Timestamp(milliseconds: row["expires_ms"])
        )
        client = row["client"]
        address = row["address"]
    }
}
