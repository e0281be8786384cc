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
    /// `numbered` hears the job's number inside the transaction, `settled` the result on the writer's thread.
    /// - Throws: what `work` throws, and what `Store.write` throws.
    @discardableResult
    package func enqueue<Result: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> (job: NewJob, result: Result),
        numbered: @escaping @Sendable (Database, Int64) throws -> Void = { _, _ in },
        settled: @escaping @Sendable (Swift.Result<Result, any Error>) -> Void = { _ in }
    ) async throws -> Result {
        let isReserved = reserve()
        do {
            let (claimed, result) = try await store.write { [queue] database in
                let (job, result) = try work(database)
                let claimed = isReserved ? try queue.enqueueClaimed(job, in: database) : nil
                try numbered(database, try claimed?.id ?? queue.enqueue(job, in: database))
                return (claimed, result)
            } settled: { result in
                settled(result.map(\.1))
            }
            if isReserved { hand(claimed) }
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
    package func wake() { bell.ring() }

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
        let claimed = await claim()
        if claimed.isEmpty { await bell.wait(atMost: await untilNextDue()) }
        return claimed
    }

    private func claim() async -> [Job] {
        let places = state.withLock { state in
            defer { state.free = 0 }
            return state.free
        }
        guard places > 0 else { return [] }
        let claimed = await claim(upTo: places)
        state.withLock { $0.free += places - claimed.count }
        return claimed
    }

    private func claim(upTo places: Int) async -> [Job] {
        do {
            let mayBeDue = try await store.read { [queue] in try queue.nextDue(in: $0) }
            guard let mayBeDue, mayBeDue <= queue.clock.now() else { return [] }
            let (poison, jobs) = try await store.write { [queue] database in
                (try queue.quarantine(in: database), try queue.claim(upTo: places, in: database))
            }
            for job in poison { await handler.quarantined(job) }
            return jobs
        } catch {
            logger.warning("cannot claim jobs", metadata: ["queue": "\(queue.name)", "error": "\(error)"])
            return []
        }
    }

    private func untilNextDue() async -> Duration {
        let idle = Duration.seconds(Limits.idleSeconds)
        let due = await ignoring("an idle wait is the safe answer", logger: logger) {
            try await store.read { [queue] in try queue.nextDue(in: $0) }
        }
        guard let due = due ?? nil, state.withLock({ $0.free > 0 }) else { return idle }
        let wait = Duration.milliseconds(due.milliseconds - queue.clock.now().milliseconds)
        return min(idle, max(.milliseconds(10), wait))
    }

    private func perform(_ job: Job) async {
        let lease = heart.hold(job)
        if state.withLock({ $0.isDraining }) { lease.interrupt(.draining) }
        let verdict = await handler.perform(lease)
        await note(verdict, of: lease)
        heart.letGo(lease)
        release()
        bell.ring()
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
