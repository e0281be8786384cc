import Foundation
import GRDB
import Storage
import Synchronization
import SystemKit
import Testing

@Suite struct GroupCommitTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    @Test("every acknowledged row is stored once, and only those", arguments: [64, 512])
    func correctness(writers: Int) async throws {
        let store = try fixture.open()
        defer { close(store) }
        let acknowledged = Locked<Set<String>>([])
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    for number in 0..<20 {
                        let text = "\(writer)/\(number)"
                        do {
                            try await store.write { try insert(text, $0, thenFail: number % 5 == 3) }
                            acknowledged.withLock { _ = $0.insert(text) }
                        } catch {
                            #expect(error as? Refused == Refused(text: text))
                        }
                    }
                }
            }
        }
        let stored = try await texts(store)
        #expect(stored.count == writers * 16)
        #expect(Set(stored) == acknowledged.snapshot)
    }

    @Test("one piece of work that breaks a constraint undoes only itself")
    func poison() async throws {
        let store = try fixture.open()
        defer { close(store) }
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask {
                    do {
                        try await store.write { database in
                            try insert("own \(number)", database)
                            if number.isMultiple(of: 10) { try insert("same", database) }
                        }
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(outcomes == 91)
        #expect(try await texts(store).count == 92)
    }

    @Test("beyond the bound a write is refused as Overloaded and not stored; what was taken is")
    func overload() async throws {
        let store = try fixture.open()
        defer { close(store) }
        let refused = Atomic<Int>(0)
        let settled = Atomic<Int>(0)
        let isHeld = Locked(false)
        let letGo = try WakeUp()
        let hold: @Sendable (Database) throws -> Bool = { _ in
            isHeld.withLock { $0 = true }
            return letGo.wait(atMost: .seconds(60))
        }
        try store.submit(hold) { _ in }
        while !isHeld.snapshot { try await Task.sleep(for: .milliseconds(1)) }
        for number in 0..<9000 {
            do {
                try store.submit({ try insert("\(number)", $0) }) { _ in settled.add(1, ordering: .relaxed) }
            } catch let error as Overloaded {
                #expect(error.waiting == 8192)
                refused.add(1, ordering: .relaxed)
            }
        }
        letGo.signal()
        while settled.load(ordering: .relaxed) < 8192 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(refused.load(ordering: .relaxed) == 9000 - 8192)
        #expect(settled.load(ordering: .relaxed) == 8192)
        #expect(try await texts(store).count == 8192)
    }

    @Test("results are heard in the order of commit")
    func order() async throws {
        let store = try fixture.open()
        defer { close(store) }
        let heard = Locked<[Int]>([])
        for number in 0..<1000 {
            try store.submit({ database in
                try insert("\(number)", database)
                return number
            }) { result in
                if case .success(let number) = result { heard.withLock { $0.append(number) } }
            }
        }
        try await store.write { _ in }
        #expect(heard.snapshot == Array(0..<1000))
    }

    @Test("what was acknowledged is in every image a crash could leave")
    func crashImages() async throws {
        let store = try fixture.open()
        defer { close(store) }
        var images: [(path: String, acknowledged: Int)] = []
        for round in 0..<6 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<50 {
                    group.addTask { try await store.write { try insert("\(round)/\(number)", $0) } }
                }
                try await group.waitForAll()
            }
            images.append((try fixture.crashImage(), (round + 1) * 50))
        }
        for image in images {
            let revived = try fixture.open(image.path)
            #expect(try await texts(revived).count == image.acknowledged)
            #expect(try await revived.damage() == [])
            close(revived)
        }
    }

    @Test("a transaction cut in the middle leaves nothing of itself in the image")
    func cutTransaction() async throws {
        let store = try fixture.open()
        defer { close(store) }
        try await store.write { try insert("whole", $0) }
        let image = try await store.write { [fixture] database in
            for number in 0..<5000 { try insert("half \(number)", database) }
            return try fixture.crashImage()
        }
        let revived = try fixture.open(image)
        defer { close(revived) }
        #expect(try await texts(revived) == ["whole"])
    }

    @Test(
        "a write that never ends is stopped and the writer goes on; those with it hear that nothing is stored"
    )
    func endlessWrite() async throws {
        let store = try Store.open(
            fixture.path, name: "test", migrations: [Fixture.rows], writeDeadline: .milliseconds(300))
        defer { close(store) }
        await #expect(throws: (any Error).self) { try await store.write { try endless($0) } }
        try await store.write { try insert("after", $0) }
        #expect(try await texts(store) == ["after"])
    }

    @Test("after close a write is refused as closed")
    func closed() async throws {
        let store = try fixture.open()
        try store.close()
        await #expect(throws: StoreFailure.closed) { try await store.write { _ in } }
        await #expect(throws: StoreFailure.closed) { try await store.read { _ in } }
    }
}

struct Refused: Error, Equatable { let text: String }

func insert(_ text: String, _ database: Database, thenFail: Bool = false) throws {
    let statement = try database.cachedStatement(sql: "INSERT INTO row (text) VALUES (?)")
    try statement.execute(arguments: [text])
    if thenFail { throw Refused(text: text) }
}
