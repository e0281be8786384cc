internal import Contracts
internal import GRDB
internal import SystemKit

/// What was revoked lately, in order, for verifiers that ask twice a second.
struct RevocationLog: Sendable {
    /// The newest place known, so that most questions need no database.
    private let newest = Locked(0)

    /// Looks up where the log stands.
    func load(_ database: Database) throws {
        let found = try Int.fetchOne(
            database,
            sql: "SELECT seq FROM sqlite_sequence WHERE name = 'revocation'"
        )
        newest.withLock { $0 = found ?? 0 }
    }

    /// Whether there is anything behind a place.
    func hasMore(than place: Int) -> Bool { newest.snapshot > place }

    /// Where the log stands.
    var end: Int { newest.snapshot }

    /// Adds a revocation inside the transaction that makes it true; answers its place for `published`.
    func append(
        user: UserID? = nil,
        signIn: SignInID? = nil,
        token: PersonalTokenID? = nil,
        now: Timestamp,
        _ database: Database
    ) throws -> Int {
        try database.execute(
            sql: "INSERT INTO revocation (user_id, sign_in_id, token_id, at_ms) VALUES (?, ?, ?, ?)",
            arguments: [user?.text, signIn?.text, token?.text, now.milliseconds]
        )
        return Int(database.lastInsertedRowID)
    }

    /// The revocation at a place is committed.
    func published(_ place: Int?) {
        if let place { newest.withLock { $0 = max($0, place) } }
    }

    func after(_ place: Int, _ database: Database) throws -> [Revocation] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM revocation WHERE sequence > ? ORDER BY sequence LIMIT ?",
            arguments: [place, Limits.revocationsPerAnswer]
        ).map { row in
            var revocation = Revocation()
            revocation.sequence = row["sequence"]
            revocation.userID = try (row["user_id"] as String?).map { try UserID($0) }
            revocation.signInID = try (row["sign_in_id"] as String?).map { try SignInID($0) }
            revocation.personalTokenID = try (row["token_id"] as String?).map { try PersonalTokenID($0) }
            return revocation
        }
    }
}
