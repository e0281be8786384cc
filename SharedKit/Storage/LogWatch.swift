private import GRDBSQLite
internal import GRDB
internal import SystemKit
private import Synchronization

/// Watches how long the write-ahead log is, commit by commit, and calls the keeper when it is time.
final class LogWatch: Sendable {
    private let pages = Atomic<Int>(0)
    private let isCalled = Atomic<Bool>(false)
    private let turn: Locked<Int>
    private let call: @Sendable (_ done: @escaping @Sendable () -> Void) -> Void

    /// Calls `call` when the log has grown to `Limits.checkpointPages`, and again only after `done`.
    ///
    /// Whoever copies the log holds `turn`: SQLite does not wait for a copy that is under way, it gives up.
    init(turn: Locked<Int>, call: @escaping @Sendable (_ done: @escaping @Sendable () -> Void) -> Void) {
        self.turn = turn
        self.call = call
    }

    /// Whether the log is so long that the writer itself must copy it back.
    var isCrowded: Bool { pages.load(ordering: .relaxed) >= Limits.crowdedLogPages }

    /// Copies the log back while nobody writes, so that the next commit starts it from its beginning.
    ///
    /// For the writer's thread, between two transactions; it waits for the keeper if that is copying.
    func startLogOver(_ pool: DatabasePool) {
        turn.withLock { copies in
            ignoring("a reader may hold the log; the next commit tries again") {
                _ = try pool.writeWithoutTransaction { try $0.checkpoint(.passive) }
            }
            copies += 1
        }
    }

    /// Starts watching the writer's connection; the watch must outlive the connection.
    func attach(to database: Database) {
        sqlite3_wal_hook(
            database.sqliteConnection,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<LogWatch>.fromOpaque(context).takeUnretainedValue().logIs(pages: Int(pages))
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func logIs(pages count: Int) {
        pages.store(count, ordering: .relaxed)
        guard count >= Limits.checkpointPages else { return }
        if isCalled.exchange(true, ordering: .acquiringAndReleasing) { return }
        call { [self] in isCalled.store(false, ordering: .releasing) }
    }
}
