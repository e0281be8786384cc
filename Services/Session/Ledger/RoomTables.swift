internal import Contracts
internal import FoundationEssentials
internal import GRDB

/// Sessions in their tables: how one is read, and how an event changes them.
enum RoomTables {
    /// The session as its tables have it, or nil.
    static func read(_ id: SessionID, in database: Database) throws -> Room? {
        let statement = try database.cachedStatement(sql: "SELECT * FROM session WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id.text]) else { return nil }
        var room = Room(id: id)
        room.version = row["version"]
        room.title = try DisplayName(row["title"])
        room.language = try (row["language"] as String?).map { try LanguageID($0) }
        room.state = SessionState(rawValue: row["state"]) ?? .deleted
        room.ownerID = try UserID(row["owner_id"])
        room.createdAt = Instant(milliseconds: row["created_at"])
        room.updatedAt = Instant(milliseconds: row["updated_at"])
        try readParts(of: &room, in: database)
        return room
    }

    private static func readParts(of room: inout Room, in database: Database) throws {
        let id: StatementArguments = [room.id.text]
        let members = try database.values("SELECT data FROM member WHERE session_id = ?", id, as: Member.self)
        let files = try database.values("SELECT data FROM file WHERE session_id = ?", id, as: FileEntry.self)
        let invitations = try database.values(
            "SELECT data FROM invitation WHERE session_id = ?", id, as: Invitation.self)
        room.members = Dictionary(uniqueKeysWithValues: members.map { ($0.userID, $0) })
        room.files = Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0) })
        room.invitations = Dictionary(uniqueKeysWithValues: invitations.map { ($0.id, $0) })
    }

    /// Stores events and what they change; `room` is the session after the last of them.
    static func store(_ events: [SessionEvent], of room: Room, in database: Database) throws {
        for event in events {
            try insert(event, of: room.id, in: database)
            try project(event, of: room.id, in: database)
            try Notices.store(event, of: room.id, in: database)
        }
        try database.run(
            """
            INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
                version = excluded.version, title = excluded.title, language = excluded.language,
                state = excluded.state, updated_at = excluded.updated_at
            """,
            [
                room.id.text, room.version, room.title.text, room.language?.text, room.state.rawValue,
                room.ownerID.text, room.createdAt.milliseconds, room.updatedAt.milliseconds,
            ])
    }

    private static func insert(_ event: SessionEvent, of id: SessionID, in database: Database) throws {
        try database.run(
            "INSERT INTO event VALUES (?, ?, ?, ?, ?)",
            [id.text, event.sequence, event.runID?.text, event.run?.sequence, event.column])
    }

    private static func project(_ event: SessionEvent, of id: SessionID, in database: Database) throws {
        if let file = event.file {
            try database.run(
                "INSERT OR REPLACE INTO file VALUES (?, ?, ?)", [id.text, file.path.text, file.column])
        }
        if let path = event.path {
            try database.run("DELETE FROM file WHERE session_id = ? AND path = ?", [id.text, path.text])
        }
        if let invitation = event.invitation {
            try database.run(
                "UPDATE invitation SET data = ? WHERE id = ?", [invitation.column, invitation.id.text])
        }
        guard let member = event.member else { return }
        if event.kind == .memberLeft {
            try database.run(
                "DELETE FROM member WHERE session_id = ? AND user_id = ?", [id.text, member.userID.text])
        } else {
            try database.run(
                "INSERT OR REPLACE INTO member VALUES (?, ?, ?)",
                [id.text, member.userID.text, member.column])
        }
    }
}
