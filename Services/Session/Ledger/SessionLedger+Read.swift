internal import Contracts
internal import FoundationEssentials
internal import GRDB
internal import Storage

/// A page of rows and whether more follow.
struct Slice<Element: Sendable>: Sendable {
    let elements: [Element]
    let hasMore: Bool

    /// Takes one row more than the page holds as the sign that more follow.
    init(_ rows: [Element], limit: Int) {
        elements = Array(rows.prefix(limit))
        hasMore = rows.count > limit
    }
}

extension SessionLedger {
    /// The session, if `user` may do `deed` in it.
    /// - Throws: `Refusal`.
    func room(_ id: SessionID, for user: UserID, _ deed: Deed = .read) async throws -> Room {
        let room = try await store.read { try RoomTables.read(id, in: $0) }
        guard let room else { throw Refusal.noSession }
        try room.allow(deed, to: user)
        return room
    }

    /// Sessions of which `user` is a member, newest first, behind `cursor`.
    func sessions(
        of user: UserID, _ state: SessionState, behind cursor: SessionID?, limit: Int
    ) async throws -> Slice<Session> {
        try await store.read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT m.session_id FROM member m JOIN session s ON s.id = m.session_id
                    WHERE m.user_id = ? AND s.state = ? AND m.session_id < ?
                    ORDER BY m.session_id DESC LIMIT ?
                    """)
            let behind = cursor?.text ?? "ses_~"
            let ids = try String.fetchAll(
                statement, arguments: [user.text, state.rawValue, behind, limit + 1])
            let sessions = try ids.compactMap {
                try RoomTables.read(SessionID($0), in: database)?.seen(by: user)
            }
            return Slice(sessions, limit: limit)
        }
    }

    /// Events after `sequence`, oldest first.
    func events(of id: SessionID, after sequence: Int, limit: Int) async throws -> Slice<SessionEvent> {
        try await store.read { database in
            let sql = "SELECT data FROM event WHERE session_id = ? AND seq > ? ORDER BY seq LIMIT ?"
            return Slice(try database.values(sql, [id.text, sequence, limit + 1]), limit: limit)
        }
    }

    /// The bytes of a file's content.
    func content(_ digest: Digest256, of id: SessionID) async throws -> [UInt8]? {
        try await store.read { try Self.content(digest, of: id, in: $0) }
    }

    static func content(_ digest: Digest256, of id: SessionID, in database: Database) throws -> [UInt8]? {
        let sql = "SELECT content FROM blob WHERE session_id = ? AND digest = ?"
        let data = try Data.fetchOne(database.cachedStatement(sql: sql), arguments: [id.text, digest.text])
        return data.map { [UInt8]($0) }
    }

    /// The invitation with a token's hash, and where it leads.
    func invitation(withHash hash: String) async throws -> Invitation? {
        try await store.read { database in
            try database.value("SELECT data FROM invitation WHERE token_hash = ?", [hash])
        }
    }
}
