import GRDB
import Messaging
import Storage
import SystemKit
import Testing

/// Counts what it is asked to do, stores an effect with the completion, and does as `script` says.
private struct Recorder: JobHandler {
    let store: Store
    let queue: JobQueue
    let script: @Sendable (JobLease) async -> JobVerdict
    let poison = Locked<[Int64]>([])

    func perform(_ lease: JobLease) async -> JobVerdict { await script(lease) }
    func quarantined(_ job: Job) async { poison.withLock { $0.append(job.id) } }
}

@Suite(.timeLimit(.minutes(8))) struct JobWorkerTests {
    let fixture: Fixture
    var store: Store { fixture.store }

    init() throws { fixture = try Fixture() }

    private func worker(
        _ queue: JobQueue, concurrency: Int = 4, _ script: @escaping @Sendable (JobLease) async -> JobVerdict
    ) throws -> JobWorker {
        try JobWorker(
            queue: queue, store: store, concurrency: concurrency,
            handler: Recorder(store: store, queue: queue, script: script), logger: quiet)
    }

    /// Runs the worker until `isEnough`, then drains it.
    private func running(
        _ worker: JobWorker, until isEnough: @escaping @Sendable () async throws -> Bool
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await worker.run() }
            while try await !isEnough() { try await Task.sleep(for: .milliseconds(5)) }
            group.cancelAll()
        }
    }

    private func counts(_ queue: JobQueue) async throws -> [JobState: Int] {
        try await store.read { try queue.counts(in: $0) }
    }

    @Test("every job is done exactly once, with its effect, by workers that share a queue")
    func exactlyOnce() async throws {
        let queue = fixture.queue()
        let workers = try (0..<3).map { number in
            try worker(queue) { [store] lease in
                do {
                    try await store.write { database in
                        let arguments: StatementArguments = [lease.job.id, "\(number)"]
                        try database.execute(sql: "INSERT INTO effect VALUES (?, ?)", arguments: arguments)
                        try queue.complete(lease.job, in: database)
                    }
                    return .settled
                } catch {
                    return .failed("\(error)")
                }
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in workers { group.addTask { await worker.run() } }
            for number in 0..<300 {
                try await workers[number % 3].enqueue(job()) { _, _ in }
            }
            while try await counts(queue) != [.completed: 300] {
                try await Task.sleep(for: .milliseconds(20))
            }
            group.cancelAll()
        }
        let (all, distinct) = try await store.read { database in
            (
                try Int.fetchOne(database, sql: "SELECT count(*) FROM effect"),
                try Int.fetchOne(database, sql: "SELECT count(DISTINCT job) FROM effect")
            )
        }
        #expect(all == 300 && distinct == 300)
    }

    @Test("no more run at a time than the worker has places")
    func concurrency() async throws {
        let queue = fixture.queue()
        let running = Locked((now: 0, most: 0, done: 0))
        let worker = try worker(queue, concurrency: 3) { _ in
            running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.done) }
            await pause(.milliseconds(5))
            running.withLock { $0 = ($0.now - 1, $0.most, $0.done + 1) }
            return .done
        }
        for _ in 0..<20 { try await worker.enqueue(job()) { _, _ in } }
        try await self.running(worker) { running.snapshot.done == 20 }
        #expect(running.snapshot.most == 3)
        #expect(try await counts(queue) == [.completed: 20])
    }

    @Test("a cancel reaches the handler at once, through the heartbeat thread")
    func cancelDelivered() async throws {
        let queue = fixture.queue()
        let heard = Locked<Interruption?>(nil)
        let worker = try worker(queue) { lease in
            do {
                try await lease.whileHeld { try await Task.sleep(for: .seconds(3600)) }
                return .done
            } catch {
                heard.withLock { $0 = error as? Interruption }
                return .cancelled
            }
        }
        try await worker.enqueue(job()) { _, _ in }
        let id = try #require(try await store.read { try Int64.fetchOne($0, sql: "SELECT id FROM job") })
        try await running(worker) {
            if try await counts(queue) == [.executing: 1] { _ = try await worker.cancel(id) }
            return heard.snapshot != nil
        }
        #expect(heard.snapshot == .cancelled)
        #expect(try await counts(queue) == [.cancelled: 1])
    }

    @Test("draining interrupts what runs and gives back what has not started, attempts uncounted")
    func drain() async throws {
        let queue = fixture.queue()
        let started = Locked(0)
        let worker = try worker(queue, concurrency: 2) { lease in
            started.withLock { $0 += 1 }
            await lease.interrupted()
            return .notNow(.zero)
        }
        for _ in 0..<5 { try await worker.enqueue(job()) { _, _ in } }
        try await running(worker) { started.snapshot == 2 }
        let again = try await store.write { try fixture.queue("two").claim(upTo: 9, in: $0) }
        #expect(again.count == 5)
        #expect(again.allSatisfy { $0.attempt == 1 && $0.crashes == 0 })
    }

    @Test("a worker that lost its lease hears of it, and its completion is not accepted")
    func lostLease() async throws {
        let queue = JobQueue("test", owner: "one", lease: .milliseconds(300))
        let heard = Locked<Interruption?>(nil)
        let worker = try worker(queue) { lease in
            await lease.interrupted()
            heard.withLock { $0 = lease.interruption }
            return .done
        }
        try await worker.enqueue(job()) { _, _ in }
        let thief = JobQueue("test", owner: "thief")
        let stolen = Locked(false)
        try await running(worker) {
            // Once only: a job that was taken back too often is taken for poison.
            if !stolen.snapshot {
                let claimed = try await store.write { database in
                    try thief.takeBack(in: database)
                    return try thief.claim(upTo: 1, in: database).count
                }
                stolen.withLock { $0 = claimed == 1 }
            }
            return heard.snapshot != nil
        }
        #expect(heard.snapshot == .leaseLost)
        #expect(try await counts(queue) == [.executing: 1])
    }

    @Test("a job that fails is tried again until it succeeds")
    func retriedToSuccess() async throws {
        let queue = JobQueue(
            "test", owner: "one", backoff: Backoff(first: .milliseconds(5), longest: .milliseconds(20)))
        let worker = try worker(queue) { $0.job.attempt < 4 ? .failed("not yet") : .done }
        try await worker.enqueue(job()) { _, _ in }
        try await running(worker) { try await counts(queue) == [.completed: 1] }
    }
}

func pause(_ duration: Duration) async {
    await ignoring("a pause in a test may end early") { try await Task.sleep(for: duration) }
}
