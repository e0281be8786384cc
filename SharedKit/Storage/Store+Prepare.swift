internal import GRDB
private import GRDBSQLite
private import Glibc

extension Store {
    /// Makes the writer's connection durable and quick, after everything else has set its pragmas.
    ///
    /// The order matters: GRDB sets `synchronous = NORMAL` when it turns on the write-ahead log, so FULL is
    /// set here and looked at again; the watch replaces SQLite's own checkpoints.
    static func prepare(_ database: Database, log: LogWatch, path: String) throws {
        try database.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA journal_size_limit = -1;
                PRAGMA wal_autocheckpoint = 0;
                CREATE TABLE IF NOT EXISTS store_probe (count INTEGER NOT NULL);
                INSERT INTO store_probe SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM store_probe);
                """)
        let found = try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? -1
        guard found == fullSynchronous else { throw StoreFailure.notDurable(found: found) }
        keepLogFile(database)
        try growLog(database, path: path)
        log.attach(to: database)
    }

    /// The log file stays when the last connection closes, so the next start need not grow it again.
    private static func keepLogFile(_ database: Database) {
        var keep: Int32 = 1
        sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_PERSIST_WAL, &keep)
    }

    /// Writes the log long once and starts it over: later commits overwrite it, which costs one tenth.
    private static func growLog(_ database: Database, path: String) throws {
        let wanted = Limits.logPages * pageBytes
        var status = stat()
        let isLong = stat(path + "-wal", &status) == 0 && Int(status.st_size) >= wanted
        if !isLong {
            try database.inTransaction(.immediate) {
                try database.execute(sql: "CREATE TABLE store_growth (filler BLOB)")
                let insert = try database.makeStatement(
                    sql: "INSERT INTO store_growth VALUES (zeroblob(\(pageBytes - 300)))")
                for _ in 0..<Limits.logPages { try insert.execute() }
                return .commit
            }
            try database.execute(sql: "DROP TABLE store_growth")
        }
        _ = try database.checkpoint(.passive)
    }

    /// What `PRAGMA synchronous` answers for FULL.
    private static var fullSynchronous: Int { 2 }
    /// SQLite's default page, in bytes.
    private static var pageBytes: Int { 4096 }
}
