internal import Contracts
internal import GRDB
internal import Storage

/// Which files are edited live, and up to which update their stored copy is.
///
/// A mark is set when the document begins, in the transaction that reads the file for it: a write of the file
/// is either before, and the document begins with it, or behind, and goes into the document.
enum LiveMarks {
    static let migration = Migration(
        "session-3",
        sql: """
            CREATE TABLE live_file (
                session_id TEXT NOT NULL,
                path TEXT NOT NULL,
                seq INTEGER NOT NULL,
                PRIMARY KEY (session_id, path)
            ) WITHOUT ROWID;
            """)

    /// The marks of a session, by path.
    static func all(of id: SessionID, in database: Database) throws -> [SourcePath: Int] {
        let statement = try database.cachedStatement(
            sql: "SELECT path, seq FROM live_file WHERE session_id = ?")
        let rows = try Row.fetchAll(statement, arguments: [id.text])
        return Dictionary(uniqueKeysWithValues: try rows.map { (try SourcePath($0["path"]), $0["seq"]) })
    }

    /// The marks of those files of a session that are still stored as they are in `files`; 0, which knows
    /// nothing, when one was stored anew since.
    static func known(
        _ files: [FileEntry], of id: SessionID, in database: Database
    ) throws -> [SourcePath: Int] {
        let marks = try all(of: id, in: database)
        let live = files.filter { $0.encoding == .utf8 && marks[$0.path] != nil }
        let stored = live.isEmpty ? [:] : try RoomTables.read(id, in: database)?.files ?? [:]
        let known = live.map { ($0.path, stored[$0.path]?.digest == $0.digest ? marks[$0.path] ?? 0 : 0) }
        return Dictionary(uniqueKeysWithValues: known)
    }

    /// The mark of a file, nil when it is not edited live.
    static func sequence(of path: SourcePath, in id: SessionID, _ database: Database) throws -> Int? {
        let statement = try database.cachedStatement(
            sql: "SELECT seq FROM live_file WHERE session_id = ? AND path = ?")
        return try Int.fetchOne(statement, arguments: [id.text, path.text])
    }

    /// Sets a file's mark.
    static func set(
        _ sequence: Int, of path: SourcePath, in id: SessionID, _ database: Database
    ) throws {
        try database.run(
            "INSERT OR REPLACE INTO live_file VALUES (?, ?, ?)", [id.text, path.text, sequence])
    }

    /// Takes a file's mark away.
    static func remove(_ path: SourcePath, in id: SessionID, _ database: Database) throws {
        try database.run("DELETE FROM live_file WHERE session_id = ? AND path = ?", [id.text, path.text])
    }
}
