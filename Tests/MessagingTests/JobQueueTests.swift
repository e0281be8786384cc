import GRDB
import Messaging
import Storage
import SystemKit
import Testing

@Suite struct JobQueueTests {
    let fixture: Fixture
    var store: Store { fixture.store }

    init() throws { fixture = try Fixture() }

    private func claimOne(_ queue: JobQueue) async throws -> Job? {
        try await store.write { try queue.claim(upTo: 1, in: $0).first }
    }

    private func state(of id: Int64) async throws -> String? {
        try await store.read {
            try String.fetchOne($0, sql: "SELECT state FROM job WHERE id = ?", arguments: [id])
        }
    }

    @Test("a job enqueued in a transaction that fails does not exist")
    func sameTransaction() async throws {
        let queue = fixture.queue()
        await #expect(throws: LeaseLost.self) {
            try await store.write { database in
                _ = try queue.enqueue(job(), in: database)
                throw LeaseLost(job: 0)
            }
        }
        #expect(try await claimOne(queue) == nil)
    }

    @Test("a claim gives the lease to one only, until it runs out; then the fence grows")
    func claims() async throws {
        let (one, two) = (fixture.queue("one"), fixture.queue("two"))
        let id = try await store.write { try one.enqueue(job(), in: $0) }
        let first = try #require(try await claimOne(one))
        #expect((first.id, first.attempt, first.fence) == (id, 1, 1))
        #expect(try await claimOne(two) == nil)
        fixture.pass(.seconds(29))
        #expect(try await claimOne(two) == nil)
        fixture.pass(.seconds(1))
        let second = try #require(try await claimOne(two))
        #expect((second.attempt, second.crashes, second.fence) == (1, 1, 2))
    }

    @Test("a heartbeat keeps the lease")
    func heartbeat() async throws {
        let queue = fixture.queue()
        _ = try await store.write { try queue.enqueue(job(), in: $0) }
        let held = try #require(try await claimOne(queue))
        for _ in 0..<10 {
            fixture.pass(.seconds(20))
            let answer = try await store.write { try queue.heartbeat([held], in: $0) }
            #expect(answer.lost.isEmpty && answer.cancelled.isEmpty)
            #expect(try await claimOne(queue) == nil)
        }
    }

    @Test("a stale fence completes, fails, snoozes and prolongs nothing")
    func staleFence() async throws {
        let queue = fixture.queue()
        _ = try await store.write { try queue.enqueue(job(), in: $0) }
        let stale = try #require(try await claimOne(queue))
        fixture.pass(.seconds(31))
        let fresh = try #require(try await claimOne(queue))
        let lost = LeaseLost(job: stale.id)
        await #expect(throws: lost) { try await store.write { try queue.complete(stale, in: $0) } }
        await #expect(throws: lost) { try await store.write { try queue.fail(stale, because: "", in: $0) } }
        await #expect(throws: lost) { try await store.write { try queue.snooze(stale, for: .zero, in: $0) } }
        await #expect(throws: lost) { try await store.write { try queue.bury(stale, because: "", in: $0) } }
        #expect(try await store.write { try queue.heartbeat([stale], in: $0) }.lost == [stale.id])
        try await store.write { try queue.complete(fresh, in: $0) }
        await #expect(throws: lost) { try await store.write { try queue.complete(fresh, in: $0) } }
    }

    @Test("what is stored with a lost lease is not stored")
    func fencedEffect() async throws {
        let queue = fixture.queue()
        _ = try await store.write { try queue.enqueue(job(), in: $0) }
        let stale = try #require(try await claimOne(queue))
        fixture.pass(.seconds(31))
        _ = try await claimOne(queue)
        await #expect(throws: LeaseLost.self) {
            try await store.write { database in
                try database.execute(sql: "INSERT INTO effect VALUES (1, 'stale')")
                try queue.complete(stale, in: database)
            }
        }
        #expect(try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM effect") } == 0)
    }

    @Test("a failed job waits with jitter below the ceiling, and is dead after its last attempt")
    func retries() async throws {
        let queue = fixture.queue()
        let id = try await store.write { try queue.enqueue(job(attempts: 3), in: $0) }
        for attempt in 1...2 {
            let held = try #require(try await claimOne(queue))
            #expect(held.attempt == attempt)
            let failed = try await store.write { try queue.fail(held, because: "no", in: $0) }
            guard case .retried(let due) = failed else { throw LeaseLost(job: id) }
            let ceiling = Duration.milliseconds(100 * attempt)
            #expect(due >= fixture.clock.now() && due <= fixture.clock.now() + ceiling)
            fixture.pass(ceiling)
        }
        let last = try #require(try await claimOne(queue))
        #expect(try await store.write { try queue.fail(last, because: "no", in: $0) } == .dead)
        fixture.pass(.seconds(1000))
        #expect(try await claimOne(queue) == nil)
        #expect(try await store.write { try queue.replay(id, in: $0) })
        #expect(try await claimOne(queue)?.attempt == 1)
    }

    @Test("a snooze does not use up an attempt")
    func snooze() async throws {
        let queue = fixture.queue()
        _ = try await store.write { try queue.enqueue(job(attempts: 1), in: $0) }
        for _ in 0..<5 {
            let held = try #require(try await claimOne(queue))
            #expect(held.attempt == 1)
            try await store.write { try queue.snooze(held, for: .seconds(1), in: $0) }
            #expect(try await claimOne(queue) == nil)
            fixture.pass(.seconds(1))
        }
    }

    @Test("a unique key admits one waiting or executing job, and another after it is done")
    func uniqueKey() async throws {
        let queue = fixture.queue()
        let first = try await store.write { try queue.enqueue(job(key: "k"), in: $0) }
        #expect(try await store.write { try queue.enqueue(job(key: "k"), in: $0) } == first)
        let held = try #require(try await claimOne(queue))
        #expect(try await store.write { try queue.enqueue(job(key: "k"), in: $0) } == first)
        #expect(try await store.write { try queue.enqueueClaimed(job(key: "k"), in: $0) } == nil)
        try await store.write { try queue.complete(held, in: $0) }
        #expect(try await store.write { try queue.enqueue(job(key: "k"), in: $0) } != first)
    }

    @Test("cancelling a waiting job ends it; an executing one hears by heartbeat; a finished one stays")
    func cancel() async throws {
        let queue = fixture.queue()
        let waiting = try await store.write { try queue.enqueue(job(), in: $0) }
        #expect(try await store.write { try queue.requestCancel(waiting, in: $0) } == .now)
        #expect(try await state(of: waiting) == "cancelled")
        let id = try await store.write { try queue.enqueue(job(), in: $0) }
        let held = try #require(try await claimOne(queue))
        #expect(try await store.write { try queue.requestCancel(id, in: $0) } == .requested)
        #expect(try await store.write { try queue.heartbeat([held], in: $0) }.cancelled == [id])
        try await store.write { try queue.cancelled(held, in: $0) }
        #expect(try await store.write { try queue.requestCancel(id, in: $0) } == .finished)
    }

    @Test("a job whose workers keep dying is set aside as poison")
    func poison() async throws {
        let queue = fixture.queue()
        let id = try await store.write { try queue.enqueue(job(), in: $0) }
        for crashes in 0..<3 {
            #expect(try await store.write { try queue.quarantine(in: $0) } == [])
            #expect(try await claimOne(queue)?.crashes == crashes)
            fixture.pass(.seconds(31))
        }
        #expect(try await claimOne(queue) == nil)
        #expect(try await store.write { try queue.quarantine(in: $0) }.map(\.id) == [id])
        #expect(try await state(of: id) == "dead")
    }

    @Test("smaller priority first, then the older; not before its time")
    func order() async throws {
        let queue = fixture.queue()
        let ids = try await store.write { database in
            try [(2, 0), (1, 0), (1, 0), (0, 60)].map { priority, delay in
                var new = job()
                new.priority = priority
                new.delay = .seconds(delay)
                return try queue.enqueue(new, in: database)
            }
        }
        #expect(try await claimOne(queue)?.id == ids[1])
        #expect(try await claimOne(queue)?.id == ids[2])
        #expect(try await claimOne(queue)?.id == ids[0])
        #expect(try await claimOne(queue) == nil)
        fixture.pass(.seconds(60))
        #expect(try await store.write { try queue.claim(upTo: 9, in: $0) }.contains { $0.id == ids[3] })
    }

    @Test("arguments beyond 64 KiB are refused")
    func largeArguments() async throws {
        let queue = fixture.queue()
        let large = NewJob(kind: "x", arguments: [UInt8](repeating: 0, count: 65_537))
        await #expect(throws: ArgumentsTooLarge.self) {
            try await store.write { try queue.enqueue(large, in: $0) }
        }
    }

    @Test("a crash at any point leaves each job either claimable again or done, never lost")
    func crashPoints() async throws {
        let queue = fixture.queue()
        let id = try await store.write { try queue.enqueue(job(), in: $0) }
        let afterEnqueue = try fixture.crashImage()
        let held = try #require(try await claimOne(queue))
        let afterClaim = try fixture.crashImage()
        let beforeCommit = try await store.write { [fixture] database in
            try queue.complete(held, in: database)
            return try fixture.crashImage()
        }
        let afterComplete = try fixture.crashImage()
        for (image, fence) in [(afterEnqueue, 1), (afterClaim, 2), (beforeCommit, 2), (afterComplete, nil)] {
            let revived = try Fixture.open(image)
            let successor = fixture.queue("two")
            let again = try await revived.write { database in
                try successor.takeBack(in: database)
                return try successor.claim(upTo: 1, in: database).first
            }
            #expect(again?.fence == fence.map(Int64.init) && (again == nil || again?.id == id))
            try revived.close()
        }
    }
}
