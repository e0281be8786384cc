package import GRDB
private import SystemKit

/// One service's database: a SQLite file with a write-ahead log, one writer, a few readers.
///
/// Start reading here. Writes go through the `Journal` (group commit, durable when acknowledged), reads run
/// on their own threads, a `Keeper` looks after the log. Nothing of it blocks the cooperative pool.
package final class Store: Sendable {
    /// Where the file is.
    package let path: String
    private let ownership: Locked<OwnershipLock?>
    private let pool: DatabasePool
    private let journal: Journal
    private let readers: Lane
    private let keeper: Keeper
    private let log: LogWatch

    /// Opens or creates the database at `path`, recovers it, and brings its schema up to date.
    ///
    /// Blocks for some milliseconds: call it while starting, before serving. `name` labels metrics and
    /// threads; a write that takes longer than `writeDeadline` (10 s unless told) is stopped.
    /// - Throws: `StoreFailure.inUse` when another process owns the file, `StoreFailure.notDurable`,
    ///   `SystemFailure`, and SQLite's `DatabaseError` for a damaged file or a failing migration.
    package static func open(
        _ path: String, name: String, migrations: [Migration], writeDeadline: Duration? = nil
    ) throws -> Store {
        let ownership = try OwnershipLock(of: path)
        var configuration = Configuration()
        configuration.busyMode = .timeout(Limits.busySeconds)
        configuration.maximumReaderCount = Limits.readers
        configuration.label = name
        let pool = try DatabasePool(path: path, configuration: configuration)
        try migrations.migrate(pool)
        let measurements = Measurements(database: name)
        let keeper = try Keeper(
            path: path, name: name, configuration: configuration, measurements: measurements)
        let log = LogWatch(turn: keeper.turn) { keeper.checkpoint(done: $0) }
        try pool.writeWithoutTransaction { try Self.prepare($0, log: log, path: path) }
        return try Store(
            path: path, ownership: ownership, pool: pool,
            journal: Journal(
                pool: pool, log: log, measurements: measurements, name: name,
                deadline: writeDeadline ?? Limits.writeDeadline),
            readers: Lane(named: "\(name)-read", threads: Limits.readers, bound: Limits.queuedReads),
            keeper: keeper, log: log)
    }

    private init(
        path: String, ownership: OwnershipLock, pool: DatabasePool, journal: Journal,
        readers: Lane, keeper: Keeper, log: LogWatch
    ) {
        self.path = path
        self.ownership = Locked(ownership)
        self.pool = pool
        self.journal = journal
        self.readers = readers
        self.keeper = keeper
        self.log = log
    }

    /// Runs `work` in the next transaction and answers once that is durable.
    ///
    /// Many calls share one transaction; each has its own savepoint, so `work` that throws undoes only
    /// itself. `work` must not wait for anything. It is committed even if the calling task is cancelled
    /// meanwhile.
    /// - Throws: what `work` throws; `Overloaded` when too many wait; `StoreFailure`.
    package func write<Result: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try journal.submit(work) { continuation.resume(with: $0) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// The same, and `settled` hears the result on the writer's thread before the caller does, in the order
    /// of commit; it must be quick.
    /// - Throws: as `write`; when the work is not taken at all, `settled` is not called.
    package func write<Result: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Result,
        settled: @escaping @Sendable (Swift.Result<Result, any Error>) -> Void
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try journal.submit(work) { result in
                    settled(result)
                    continuation.resume(with: result)
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Queues `work` and goes on; `settled` hears the result on the writer's thread, in the order of commit.
    ///
    /// For what must be published in exactly the order in which it became durable; `settled` must be quick.
    /// - Throws: `Overloaded` when too many wait, `StoreFailure.closed`; then `settled` is never called.
    package func submit<Result: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Result,
        settled: @escaping @Sendable (Swift.Result<Result, any Error>) -> Void
    ) throws {
        try journal.submit(work, settled: settled)
    }

    /// Runs `query` on a reader's snapshot of what is committed.
    ///
    /// `deadline` counts from now, waiting for a reader included; 5 s unless told.
    /// - Throws: what `query` throws; `StoreFailure.deadlineExceeded`; `Overloaded` when too many wait.
    package func read<Result: Sendable>(
        within deadline: Duration? = nil, _ query: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        let instant = monotonicInstant(after: deadline ?? Limits.readDeadline)
        return try await readers.run { [pool] in
            try pool.read { try untilDeadline(instant, on: $0, query) }
        }
    }

    /// Proves that a commit is possible, for readiness; answers how long it took.
    /// - Throws: what keeps it from being possible.
    package func probe() async throws -> Duration {
        let started = ContinuousClock.now
        try await write { try $0.execute(sql: "UPDATE store_probe SET count = count + 1") }
        return ContinuousClock.now - started
    }

    /// What SQLite finds wrong with the file; empty when nothing; seconds on a big file.
    package func damage() async throws -> [String] { try await keeper.damage() }

    /// Copies the whole database, as it is at one moment, into a new file while serving goes on.
    package func backup(to target: String) async throws { try await keeper.backup(to: target) }

    /// Commits what is queued and closes the file; blocks, for the end of a service and for tests.
    /// - Throws: SQLite's `DatabaseError` when a connection is still used.
    package func close() throws {
        journal.close()
        readers.close()
        try keeper.close()
        try pool.close()
        ownership.withLock { $0 = nil }
    }
}
