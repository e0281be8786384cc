internal import Logging
internal import Storage
internal import SystemKit

/// Prolongs the leases of everything a worker holds, from a thread that is not the worker's: a worker that is
/// stuck keeps beating, a process that is dead does not.
final class Heart: Sendable {
    private let queue: JobQueue
    private let store: Store
    private let leases: Locked<[Int64: JobLease]> = Locked([:])
    /// Jobs to be called off that were claimed but are not held yet.
    private let unwanted: Locked<Set<Int64>> = Locked([])
    private let wakeUp: WakeUp
    private let isStopped = Locked(false)
    private let thread: Locked<DedicatedThread?> = Locked(nil)
    private let logger: Logger

    init(queue: JobQueue, store: Store, logger: Logger) throws(SystemFailure) {
        self.queue = queue
        self.store = store
        self.logger = logger
        wakeUp = try WakeUp()
        let started = try DedicatedThread(named: "\(queue.name)-heart") { [self] in beat() }
        thread.withLock { $0 = started }
    }

    /// The lease of a job from now on kept alive.
    func hold(_ job: Job) -> JobLease {
        let lease = JobLease(of: job)
        leases.withLock { $0[job.id] = lease }
        if unwanted.withLock({ $0.remove(job.id) }) != nil { lease.interrupt(.cancelled) }
        return lease
    }

    /// No longer keeps the lease alive.
    func letGo(_ lease: JobLease) {
        leases.withLock { held in
            if held[lease.job.id]?.job.fence == lease.job.fence { held[lease.job.id] = nil }
        }
    }

    /// Delivers a request to cancel at once if the job is held here; if not, the next heartbeat of whoever
    /// holds it does.
    func cancel(_ id: Int64) {
        unwanted.withLock { unwanted in
            if unwanted.count >= Limits.unwanted { unwanted.removeAll() }
            unwanted.insert(id)
        }
        guard let lease = leases.withLock({ $0[id] }) else { return wakeUp.signal() }
        unwanted.withLock { _ = $0.remove(id) }
        lease.interrupt(.cancelled)
        // The lease may be an old one: the database knows, and the next beat asks it.
        wakeUp.signal()
    }

    /// Interrupts everything that is held.
    func interruptAll(_ reason: Interruption) {
        for lease in leases.snapshot.values { lease.interrupt(reason) }
    }

    func stop() {
        isStopped.withLock { $0 = true }
        wakeUp.signal()
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        thread?.join()
    }

    private func beat() {
        while true {
            _ = wakeUp.wait(atMost: queue.lease / 3)
            if isStopped.snapshot { return }
            prolong(leases.snapshot)
        }
    }

    private func prolong(_ held: [Int64: JobLease]) {
        guard !held.isEmpty else { return }
        let jobs = held.values.map(\.job)
        do {
            try store.submit({ [queue] in try queue.heartbeat(jobs, in: $0) }) { [self] in hear($0, held) }
        } catch {
            logger.warning("heartbeat refused", metadata: ["queue": "\(queue.name)", "error": "\(error)"])
        }
    }

    private func hear(_ answer: Result<Heartbeat, any Error>, _ held: [Int64: JobLease]) {
        switch answer {
        case .success(let heard):
            for id in heard.lost { held[id]?.interrupt(.leaseLost) }
            for id in heard.cancelled { held[id]?.interrupt(.cancelled) }
        case .failure(let error):
            logger.warning("heartbeat not stored", metadata: ["queue": "\(queue.name)", "error": "\(error)"])
        }
    }
}
