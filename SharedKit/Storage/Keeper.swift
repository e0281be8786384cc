private import Glibc
internal import GRDB
internal import SystemKit

/// The housekeeper of one database: checkpoints, backups and integrity checks, on a thread and a connection
/// of its own so that the writer never waits for them.
final class Keeper: Sendable {
    private let lane: Lane
    private let connection: DatabaseQueue
    private let path: String
    private let measurements: Measurements
    /// Held while the log is copied; counts the copies.
    let turn = Locked(0)

    init(path: String, name: String, configuration: Configuration, measurements: Measurements) throws {
        self.path = path
        self.measurements = measurements
        connection = try DatabaseQueue(path: path, configuration: configuration)
        try connection.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = FULL")
        }
        lane = try Lane(named: "\(name)-keep", threads: 1, bound: 64)
    }

    /// Copies the log into the database beside the writer, then calls `done`.
    func checkpoint(done: @escaping @Sendable () -> Void) {
        let refusal = lane.submit { [self] in
            ignoring("the next commit asks again") { try checkpointNow() }
            done()
        }
        if refusal != nil { done() }
    }

    /// Copies the whole database, as it is at one moment, to a new file; never a half-written one.
    func backup(to target: String) async throws {
        try await lane.run { [connection] in
            let partial = target + ".partial"
            let copy = try DatabaseQueue(path: partial)
            try connection.backup(to: copy)
            try copy.close()
            try check("rename") { rename(partial, target) }
        }
    }

    /// What SQLite finds wrong with the file; empty when nothing.
    func damage() async throws -> [String] {
        try await lane.run { [connection] in
            try connection.read { database in
                try String.fetchAll(database, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
            }
        }
    }

    func close() throws {
        lane.close()
        try connection.close()
    }

    private func checkpointNow() throws {
        try turn.withLock { copies in
            _ = try connection.writeWithoutTransaction { try $0.checkpoint(.passive) }
            copies += 1
        }
        var status = stat()
        if stat(path + "-wal", &status) == 0 { measurements.logIs(bytes: Int(status.st_size)) }
    }
}
