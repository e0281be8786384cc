internal import Logging
internal import SystemKit

/// A thread on which files are read and written: appends that wait together are made durable together.
final class Disk: Sendable {
    private enum Job: Sendable {
        case append(LogFile, [UInt8], @Sendable (Bool) -> Void)
        case run(@Sendable () -> Void)
        case stop
    }

    private let queue = Locked([Job]())
    private let wake: WakeUp
    private let thread: Locked<DedicatedThread?>
    private let logger: Logger

    /// - Throws: `SystemFailure` when no thread or descriptor is left.
    init(named name: String, logger: Logger) throws(SystemFailure) {
        self.logger = logger
        wake = try WakeUp()
        thread = Locked(nil)
        let started = try DedicatedThread(named: name) { self.work() }
        thread.withLock { $0 = started }
    }

    /// Appends a record; `done` is called on the disk thread when it is durable, or with false when it is
    /// not.
    /// - Returns: false when too much waits already; `done` is not called then.
    func append(_ record: [UInt8], to file: LogFile, done: @escaping @Sendable (Bool) -> Void) -> Bool {
        let isTaken = queue.withLock { queue in
            guard queue.count < Limits.waitingAppends else { return false }
            queue.append(.append(file, record, done))
            return true
        }
        if isTaken { wake.signal() }
        return isTaken
    }

    /// Runs `body` on the disk thread, behind everything that was asked for before.
    func perform<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            put(.run { continuation.resume(with: Swift.Result { try body() }) })
        }
    }

    /// Runs `body` on the disk thread, behind everything that was asked for before; nobody waits.
    func run(_ body: @escaping @Sendable () -> Void) { put(.run(body)) }

    /// Finishes what waits and ends the thread.
    func stop() {
        put(.stop)
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }?.join()
    }

    private func put(_ job: Job) {
        queue.withLock { $0.append(job) }
        wake.signal()
    }

    private func work() {
        while true {
            _ = wake.wait()
            let jobs = queue.withLock { queue in
                defer { queue = [] }
                return queue
            }
            if !run(jobs) { return }
        }
    }

    /// Runs jobs in order; neighbouring appends share their syncs. False when the thread is to end.
    private func run(_ jobs: [Job]) -> Bool {
        var batch: [(file: LogFile, record: [UInt8], done: @Sendable (Bool) -> Void)] = []
        for job in jobs {
            switch job {
            case .append(let file, let record, let done): batch.append((file, record, done))
            case .run(let body):
                commit(&batch)
                body()
            case .stop:
                commit(&batch)
                return false
            }
        }
        commit(&batch)
        return true
    }

    private func commit(_ batch: inout [(file: LogFile, record: [UInt8], done: @Sendable (Bool) -> Void)]) {
        var isGood = batch.map { entry in
            Self.succeeds("append", logger) { () throws(SystemFailure) in
                try entry.file.append(entry.record)
            }
        }
        var synced: [ObjectIdentifier: Bool] = [:]
        for index in batch.indices where isGood[index] {
            let file = batch[index].file
            let isDurable =
                synced[ObjectIdentifier(file)]
                ?? Self.succeeds("sync", logger) { () throws(SystemFailure) in try file.sync() }
            synced[ObjectIdentifier(file)] = isDurable
            isGood[index] = isDurable
        }
        for (entry, isGood) in zip(batch, isGood) { entry.done(isGood) }
        batch = []
    }

    /// Whether `body` could do what it does to a document's files; a failure is logged.
    static func succeeds(
        _ what: String, _ logger: Logger, _ body: () throws(SystemFailure) -> Void
    ) -> Bool {
        do throws(SystemFailure) {
            try body()
            return true
        } catch {
            logger.error(
                "a document's files cannot be written", metadata: ["step": "\(what)", "error": "\(error)"])
            return false
        }
    }
}
