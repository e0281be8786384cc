import Foundation
import GRDB
import Storage
import SystemKit
import Testing

@Suite struct StoreTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    @Test("the writer is FULL, its log is grown before serving and never checkpointed by SQLite itself")
    func durability() async throws {
        let store = try fixture.open()
        defer { close(store) }
        let pragmas = try await store.write { database in
            try ["synchronous", "wal_autocheckpoint", "journal_size_limit", "journal_mode"].map {
                try String.fetchOne(database, sql: "PRAGMA \($0)")
            }
        }
        #expect(pragmas == ["2", "0", "-1", "wal"])
        let log = try FileManager.default.attributesOfItem(atPath: fixture.path + "-wal")
        #expect((log[.size] as? Int ?? 0) >= 4096 * 1000)
    }

    @Test("the log stays as long as it was over close and open")
    func persistentLog() throws {
        try fixture.open().close()
        let log = try FileManager.default.attributesOfItem(atPath: fixture.path + "-wal")
        #expect((log[.size] as? Int ?? 0) >= 4096 * 1000)
        try fixture.open().close()
    }

    @Test("a second owner is refused with the first one's process id")
    func oneOwner() throws {
        let store = try fixture.open()
        defer { close(store) }
        let expected = StoreFailure.inUse(path: fixture.path, holder: "\(getpid())")
        #expect(throws: expected) { try fixture.open() }
    }

    @Test("the file can be owned again after close")
    func reopened() async throws {
        let first = try fixture.open()
        try await first.write { try $0.execute(sql: "INSERT INTO row (text) VALUES ('kept')") }
        try first.close()
        let second = try fixture.open()
        defer { close(second) }
        #expect(try await texts(second) == ["kept"])
    }

    @Test("a read beyond its deadline is stopped, and its connection serves the next one")
    func readDeadline() async throws {
        let store = try fixture.open()
        defer { close(store) }
        await #expect(throws: StoreFailure.deadlineExceeded) {
            try await store.read(within: .milliseconds(50)) { try endless($0) }
        }
        for _ in 0..<8 { #expect(try await store.read { try Int.fetchOne($0, sql: "SELECT 1") } == 1) }
    }

    @Test("reads go on while the writer is busy, and see only what is committed")
    func readersBesideWriter() async throws {
        let store = try fixture.open()
        defer { close(store) }
        let hasRead = try WakeUp()
        let isWriting = Locked(false)
        async let readMeanwhile = store.write { database in
            try database.execute(sql: "INSERT INTO row (text) VALUES ('late')")
            isWriting.withLock { $0 = true }
            return hasRead.wait(atMost: .seconds(60))
        }
        while !isWriting.snapshot { try await Task.sleep(for: .milliseconds(1)) }
        #expect(try await texts(store) == [])
        hasRead.signal()
        #expect(try await readMeanwhile)
        #expect(try await texts(store) == ["late"])
    }

    @Test("a backup taken under load opens, is whole, and holds a moment of the past")
    func backup() async throws {
        let store = try fixture.open()
        defer { close(store) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                group.addTask {
                    try await store.write {
                        try $0.execute(sql: "INSERT INTO row (text) VALUES (?)", arguments: ["\(number)"])
                    }
                }
            }
            group.addTask { [fixture] in try await store.backup(to: fixture.directory + "/copy.sqlite") }
            try await group.waitForAll()
        }
        let copy = try fixture.open(fixture.directory + "/copy.sqlite")
        defer { close(copy) }
        #expect(try await copy.damage() == [])
        #expect(try await texts(copy).count <= 500)
    }

    @Test("health: a probe commits, a whole file has no damage")
    func health() async throws {
        let store = try fixture.open()
        defer { close(store) }
        #expect(try await store.probe() > .zero)
        #expect(try await store.damage() == [])
    }

    @Test("long writing keeps the log bounded though a reader comes and goes")
    func boundedLog() async throws {
        let store = try fixture.open()
        defer { close(store) }
        let filler = String(repeating: "x", count: 3000)
        for round in 0..<40 {
            try await store.write { database in
                for number in 0..<400 {
                    let arguments: StatementArguments = ["\(round) \(number) \(filler)"]
                    try database.execute(sql: "INSERT INTO row (text) VALUES (?)", arguments: arguments)
                }
            }
            _ = try await texts(store, limit: 1)
        }
        let log = try FileManager.default.attributesOfItem(atPath: fixture.path + "-wal")
        #expect((log[.size] as? Int ?? .max) < 64 * 1024 * 1024)
    }
}

/// A query that would count for ever.
func endless(_ database: Database) throws {
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n"
    _ = try Int.fetchOne(database, sql: sql)
}

func texts(_ store: Store, limit: Int = 100_000) async throws -> [String] {
    try await store.read { database in
        try String.fetchAll(database, sql: "SELECT text FROM row ORDER BY id LIMIT ?", arguments: [limit])
    }
}

func close(_ store: Store) {
    do { try store.close() } catch { Issue.record(error) }
}
