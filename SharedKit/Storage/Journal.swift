internal import GRDB
internal import SystemKit

/// The one writer of a database: whatever has queued is committed together, acknowledged after the commit.
///
/// A thread of its own drains the queue. Each piece of work has its own savepoint, so one that fails takes
/// nothing with it; results come back in the order of commit.
final class Journal: Sendable {
    private struct Entry: Sendable {
        /// Runs the work; answers what to do once it is committed.
        let attempt: @Sendable (Database) -> @Sendable () -> Void
        /// What to do instead when the batch is not stored.
        let abandon: @Sendable (StoreFailure) -> Void
    }

    private struct State {
        var queued: [Entry] = []
        var isAsleep = false
        var isClosed = false
    }

    private let state = Locked(State())
    private let wakeUp: WakeUp
    private let pool: DatabasePool
    private let log: LogWatch
    private let measurements: Measurements
    private let deadline: Duration
    private let thread: Locked<DedicatedThread?> = Locked(nil)

    init(
        pool: DatabasePool, log: LogWatch, measurements: Measurements, name: String, deadline: Duration
    ) throws(SystemFailure) {
        self.deadline = deadline
        self.pool = pool
        self.log = log
        self.measurements = measurements
        wakeUp = try WakeUp()
        let started = try DedicatedThread(named: "\(name)-write") { [self] in serve() }
        thread.withLock { $0 = started }
    }

    /// Queues `work`; `settled` hears its result on the writer's thread, in the order of commit.
    ///
    /// - Throws: `Overloaded` beyond the bound, `StoreFailure.closed`; then `settled` is not called.
    func submit<Result: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Result,
        settled: @escaping @Sendable (Swift.Result<Result, any Error>) -> Void
    ) throws {
        let entry = Entry(
            attempt: { [deadline] database in
                let result = Swift.Result { try Self.perform(work, on: database, within: deadline) }
                return { settled(result) }
            },
            abandon: { settled(.failure($0)) })
        try enqueue(entry)
    }

    /// Commits what is queued, takes nothing new, and waits until the thread is gone.
    func close() {
        state.withLock { $0.isClosed = true }
        wakeUp.signal()
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        thread?.join()
    }

    private func enqueue(_ entry: Entry) throws {
        let isAsleep: Bool
        do {
            isAsleep = try state.withLock { state throws in
                guard !state.isClosed else { throw StoreFailure.closed }
                guard state.queued.count < Limits.queuedWrites else {
                    throw Overloaded(waiting: state.queued.count)
                }
                state.queued.append(entry)
                defer { state.isAsleep = false }
                return state.isAsleep
            }
        } catch {
            measurements.refused()
            throw error
        }
        if isAsleep { wakeUp.signal() }
    }

    private static func perform<Result>(
        _ work: (Database) throws -> Result, on database: Database, within deadline: Duration
    ) throws -> Result {
        try untilDeadline(monotonicInstant(after: deadline), on: database) { database in
            var result: Result?
            do {
                try database.inSavepoint {
                    result = try work(database)
                    return .commit
                }
            } catch let error as DatabaseError
                where [.SQLITE_FULL, .SQLITE_IOERR].contains(error.resultCode)
            {
                throw StoreFailure.commitFailed(reason: "\(error)")
            }
            guard let result else { throw StoreFailure.commitFailed(reason: "the savepoint was lost") }
            return result
        }
    }

    private func serve() {
        while let batch = nextBatch() {
            var rest = batch[...]
            while !rest.isEmpty {
                commit(rest.prefix(Limits.batchRows))
                rest = rest.dropFirst(Limits.batchRows)
            }
        }
    }

    /// Everything that has queued, as soon as there is something; nil when closed and empty.
    private func nextBatch() -> [Entry]? {
        while true {
            let (batch, isClosed): ([Entry], Bool) = state.withLock { state in
                defer { state.queued = [] }
                state.isAsleep = state.queued.isEmpty
                return (state.queued, state.isClosed)
            }
            if !batch.isEmpty { return batch }
            if isClosed { return nil }
            _ = wakeUp.wait()
        }
    }

    private func commit(_ batch: ArraySlice<Entry>) {
        let started = monotonicNanoseconds()
        do {
            let settlements = try pool.writeWithoutTransaction { try perform(batch, on: $0) }
            measurements.committed(rows: batch.count, nanoseconds: monotonicNanoseconds() - started)
            for settle in settlements { settle() }
            if log.isCrowded { log.startLogOver(pool) }
        } catch {
            let failure = StoreFailure.commitFailed(reason: "\(error)")
            for entry in batch { entry.abandon(failure) }
        }
    }

    private func perform(
        _ batch: ArraySlice<Entry>, on database: Database
    ) throws -> [@Sendable () -> Void] {
        try database.beginTransaction(.immediate)
        do {
            let settlements = try batch.map { entry in
                let settle = entry.attempt(database)
                guard database.isInsideTransaction else { throw TransactionLost() }
                return settle
            }
            try database.commit()
            return settlements
        } catch {
            if database.isInsideTransaction {
                ignoring("the first error is the one to report") { try database.rollback() }
            }
            throw error
        }
    }
}

/// SQLite rolled the whole transaction back by itself (disk full, I/O error, interrupt).
private struct TransactionLost: Error {}
