internal import Contracts
internal import Credentials
internal import GRDB
internal import SystemKit

/// A personal token as it is stored: its SHA-256, never itself.
struct TokenRecord: Sendable {
    var info: PersonalTokenInfo
    var userID: UserID
    var digest: Digest

    func insert(_ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO personal_token VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            arguments: [
                info.id.text, userID.text, digest.hex, info.name.text, info.hint,
                AccountRecord.text(info.scopes),
                info.createdAt.milliseconds, info.expiresAt.milliseconds,
            ]
        )
    }

    static func find(_ digest: Digest, _ database: Database) throws -> TokenRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM personal_token WHERE digest = ?",
            arguments: [digest.hex]
        )
        .map(Self.init)
    }

    static func all(of user: UserID, _ database: Database) throws -> [TokenRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM personal_token WHERE user_id = ? ORDER BY id DESC",
            arguments: [user.text]
        ).map(Self.init)
    }

    /// Revokes a token; whether there was one.
    static func delete(_ id: PersonalTokenID, of user: UserID, _ database: Database) throws -> Bool {
        try database.execute(
            sql: "DELETE FROM personal_token WHERE id = ? AND user_id = ?",
            arguments: [id.text, user.text]
        )
        return database.changesCount == 1
    }

    static func noteUse(of id: PersonalTokenID, at now: Timestamp, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE personal_token SET used_ms = ? WHERE id = ?",
            arguments: [now.milliseconds, id.text]
        )
    }
}

extension TokenRecord {
    init(_ row: Row) throws {
        userID = try UserID(row["user_id"] as String)
        guard let digest = Hex.decode(row["digest"]).flatMap(Digest.init) else {
            throw DatabaseError(message: "a token's digest is damaged")
        }
        self.digest = digest
        info = PersonalTokenInfo()
        info.id = try PersonalTokenID(row["id"] as String)
        info.name = try DisplayName(row["name"] as String)
        info.hint = row["hint"]
        info.scopes = AccountRecord.scopes(row["scopes"])
        info.createdAt = Instant(milliseconds: row["created_ms"])
        info.expiresAt = Instant(milliseconds: row["expires_ms"])
        info.lastUsedAt = (row["used_ms"] as Int64?).map { Instant(milliseconds: $0) }
    }
}
