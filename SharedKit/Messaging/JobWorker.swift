package import GRDB
package import Logging
package import Storage
package import SystemKit

/// What a handler says about a job it worked on.
package enum JobVerdict: Sendable {
    /// It is done; the worker marks it so.
    case done
    /// The handler settled the job in a transaction of its own.
    case settled
    /// It failed; try again later, or bury it after the last attempt.
    case failed(String)
    /// Not now: again after the delay, and this attempt does not count.
    case notNow(Duration)
    /// It was called off, as asked.
    case cancelled
}

extension JobVerdict {
    /// Whether the job waits in the table again.
    fileprivate var putsBack: Bool {
        switch self {
        case .failed, .notNow: true
        case .done, .settled, .cancelled: false
        }
    }
}

/// Who knows how to do a queue's jobs.
package protocol JobHandler: Sendable {
    /// Does one job; may be called again for the same job after a crash, so effects must bear repetition.
    func perform(_ lease: JobLease) async -> JobVerdict
    /// A job was set aside because workers kept dying with it.
    func quarantined(_ job: Job) async
}

/// Claims jobs of one queue and has them done, a bounded number at a time.
package final class JobWorker: Sendable {
    private struct State {
        var free: Int
        var handed: [Job] = []
        var isDraining = false
        /// When to look into the table next, on the monotonic clock: what is handed over needs no look, and a
        /// look costs reads that would hold up the job just handed over.
        var nextLook: UInt64 = 0
        /// Whether jobs may wait in the table because no place was free.
        var isCrowded = false

        mutating func waitsInTable() { (isCrowded, nextLook) = (true, 0) }
    }

    private let queue: JobQueue
    private let store: Store
    private let handler: any JobHandler
    private let heart: Heart
    private let bell = Doorbell()
    private let state: Locked<State>
    private let logger: Logger

    /// A worker that does up to `concurrency` jobs at a time once `run` is called.
    /// - Throws: `SystemFailure` when no thread is left for the heartbeat.
    package init(
        queue: JobQueue, store: Store, concurrency: Int, handler: any JobHandler, logger: Logger
    ) throws(SystemFailure) {
        precondition(concurrency > 0, "a worker does at least one job at a time")
        self.queue = queue
        self.store = store
        self.handler = handler
        self.logger = logger
        heart = try Heart(queue: queue, store: store, logger: logger)
        state = Locked(State(free: concurrency))
    }

    /// Stores what `work` stores together with the job it answers, and starts the job without waiting for a
    /// claim when a place is free.
    ///
    /// `work` gets the job's number, `settled` the result on the writer's thread.
    /// - Throws: what `work` throws, and what `Store.write` throws.
    @discardableResult
    package func enqueue<Result: Sendable>(
        _ job: NewJob,
        _ work: @escaping @Sendable (Database, Int64) throws -> Result,
        settled: @escaping @Sendable (Swift.Result<Result, any Error>) -> Void = { _ in }
    ) async throws -> Result {
        let isReserved = reserve()
        do {
            let (claimed, result) = try await store.write { [queue] database in
                let claimed = isReserved ? try queue.enqueueClaimed(job, in: database) : nil
                let id = try claimed?.id ?? queue.enqueue(job, in: database)
                return (claimed, try work(database, id))
            } settled: { result in
                settled(result.map(\.1))
            }
            if isReserved { hand(claimed) } else { state.withLock { $0.waitsInTable() } }
            bell.ring()
            return result
        } catch {
            if isReserved { release() }
            throw error
        }
    }

    /// Calls a job off, at once when this worker has it.
    package func cancel(_ id: Int64) async throws -> Cancelled {
        let answer = try await store.write { [queue] in try queue.requestCancel(id, in: $0) }
        if answer == .requested { heart.cancel(id) }
        return answer
    }

    /// Looks for jobs now: after someone else enqueued one.
    package func wake() {
        state.withLock { $0.waitsInTable() }
        bell.ring()
    }

    /// Works until the task is cancelled; then interrupts what runs and returns once all of it is settled.
    ///
    /// What has not started meets its handler interrupted. Leases that are not settled run out or are taken
    /// back.
    package func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                for job in await nextJobs() {
                    group.addTask { await self.perform(job) }
                }
            }
            for job in drain() { group.addTask { await self.perform(job) } }
        }
        heart.stop()
    }

    /// Interrupts what runs; what was handed over but not started meets its handler interrupted, too.
    private func drain() -> [Job] {
        let unstarted = state.withLock { state in
            state.isDraining = true
            defer { state.handed = [] }
            return state.handed
        }
        heart.interruptAll(.draining)
        return unstarted
    }

    /// The jobs to start now; suspends while there are none.
    private func nextJobs() async -> [Job] {
        let handed = state.withLock { state in
            defer { state.handed = [] }
            return state.handed
        }
        if !handed.isEmpty { return handed }
        if state.withLock({ $0.free > 0 && $0.nextLook <= monotonicNanoseconds() }) {
            let claimed = await look()
            if !claimed.isEmpty { return claimed }
        }
        await pause()
        return []
    }

    /// Waits for the bell, or for the time of the next look.
    private func pause() async {
        let idle = UInt64(Limits.idleSeconds) * 1_000_000_000
        let now = monotonicNanoseconds()
        let wait = state.withLock { state in
            state.free == 0 ? idle : state.nextLook > now ? min(idle, state.nextLook - now) : 0
        }
        if wait > 0 { await bell.wait(atMost: .nanoseconds(Int64(wait))) }
    }

    /// Claims as many due jobs as there are free places, and notes when to look again.
    private func look() async -> [Job] {
        let places = state.withLock { state in
            defer { (state.free, state.isCrowded) = (0, false) }
            state.nextLook = monotonicNanoseconds() + UInt64(Limits.idleSeconds) * 1_000_000_000
            return state.free
        }
        let (claimed, due) = await claim(upTo: places)
        state.withLock { state in
            state.free += places - claimed.count
            // Whoever asked for an earlier look meanwhile is heard.
            if let due { state.nextLook = min(state.nextLook, due) }
            if claimed.count == places { state.isCrowded = true }
        }
        return claimed
    }

    /// The jobs claimed, and when the next one may be due on the monotonic clock.
    private func claim(upTo places: Int) async -> (jobs: [Job], next: UInt64?) {
        do {
            let due = try await store.read { [queue] in try queue.nextDue(in: $0) }
            guard let due else { return ([], nil) }
            let wait = due.milliseconds - queue.clock.now().milliseconds
            if wait > 0 { return ([], monotonicNanoseconds() + UInt64(max(10, wait)) * 1_000_000) }
            let (poison, jobs) = try await store.write { [queue] database in
                (try queue.quarantine(in: database), try queue.claim(upTo: places, in: database))
            }
            for job in poison { await handler.quarantined(job) }
            return (jobs, jobs.isEmpty ? nil : 0)
        } catch {
            logger.warning("cannot claim jobs", metadata: ["queue": "\(queue.name)", "error": "\(error)"])
            return ([], nil)
        }
    }

    private func perform(_ job: Job) async {
        let lease = heart.hold(job)
        if state.withLock({ $0.isDraining }) { lease.interrupt(.draining) }
        let verdict = await handler.perform(lease)
        await note(verdict, of: lease)
        heart.letGo(lease)
        let wantsLook = state.withLock { state in
            state.free += 1
            if state.isCrowded || verdict.putsBack { state.nextLook = 0 }
            return state.nextLook == 0
        }
        if wantsLook { bell.ring() }
    }

    private func note(_ verdict: JobVerdict, of lease: JobLease) async {
        let job = lease.job
        guard lease.interruption != .leaseLost else { return }
        await settle { [queue] database in
            switch verdict {
            case .settled: break
            case .done: try queue.complete(job, in: database)
            case .cancelled: try queue.cancelled(job, in: database)
            case .failed(let reason): _ = try queue.fail(job, because: reason, in: database)
            case .notNow(let delay): try queue.snooze(job, for: delay, in: database)
            }
        }
    }

    private func settle(_ work: @escaping @Sendable (Database) throws -> Void) async {
        do {
            try await store.write(work)
        } catch {
            logger.warning(
                "job not settled; its lease will run out",
                metadata: ["queue": "\(queue.name)", "error": "\(error)"])
        }
    }

    private func reserve() -> Bool {
        state.withLock { state in
            guard state.free > 0, !state.isDraining else { return false }
            state.free -= 1
            return true
        }
    }

    private func release() { state.withLock { $0.free += 1 } }

    private func hand(_ job: Job?) {
        guard let job else { return release() }
        state.withLock { $0.handed.append(job) }
    }
}
