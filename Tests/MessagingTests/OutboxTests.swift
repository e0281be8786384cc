import GRDB
import Messaging
import Storage
import SystemKit
import Testing

@Suite(.timeLimit(.minutes(8))) struct OutboxTests {
    struct Unreachable: Error {}

    let fixture: Fixture
    let outbox = Outbox()
    var store: Store { fixture.store }

    init() throws { fixture = try Fixture() }

    private func add(_ topics: Range<Int>) async throws {
        try await store.write { [outbox] database in
            for topic in topics { try outbox.add(topic: "\(topic)", payload: [1], in: database) }
        }
    }

    @Test("messages arrive in order; after a failure from the failed one on, so each at least once")
    func ordered() async throws {
        let heard = Locked<[String]>([])
        let relay = OutboxRelay("web", outbox: outbox, store: store, logger: quiet) { message in
            let times = heard.withLock { heard in
                heard.append(message.topic)
                return heard.filter { $0 == message.topic }.count
            }
            if message.topic == "3", times < 3 { throw Unreachable() }
        }
        try await add(0..<6)
        await #expect(throws: Unreachable.self) { try await relay.deliverBatch() }
        await #expect(throws: Unreachable.self) { try await relay.deliverBatch() }
        #expect(try await relay.deliverBatch() == 3)
        #expect(heard.snapshot == ["0", "1", "2", "3", "3", "3", "4", "5"])
        #expect(try await relay.deliverBatch() == 0)
    }

    @Test("a message of a transaction that failed is never said")
    func transactional() async throws {
        await #expect(throws: Unreachable.self) {
            try await store.write { [outbox] database in
                try outbox.add(topic: "x", payload: [], in: database)
                throw Unreachable()
            }
        }
        let waiting = try await store.read { [outbox] in try outbox.undelivered(to: "web", in: $0) }
        #expect(waiting.isEmpty)
    }

    @Test("what all relays have is forgotten; what one has not, stays")
    func pruned() async throws {
        try await add(0..<10)
        try await store.write { [outbox] database in
            try outbox.delivered(through: 4, to: "slow", in: database)
            try outbox.delivered(through: 10, to: "quick", in: database)
        }
        let left = try await store.read { [outbox] in try outbox.undelivered(to: "slow", in: $0) }
        #expect(left.map(\.sequence) == Array(5...10))
        #expect(try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM outbox") } == 6)
    }

    @Test("a running relay delivers what is added while it waits")
    func running() async throws {
        let heard = Locked(0)
        let relay = OutboxRelay("web", outbox: outbox, store: store, logger: quiet) { _ in
            heard.withLock { $0 += 1 }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await relay.run() }
            for _ in 0..<5 {
                try await add(0..<50)
                relay.wake()
            }
            while heard.snapshot < 250 { try await Task.sleep(for: .milliseconds(5)) }
            group.cancelAll()
        }
        #expect(heard.snapshot == 250)
    }
}
