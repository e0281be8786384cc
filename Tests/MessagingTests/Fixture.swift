import Foundation
import GRDB
import Logging
import Messaging
import Storage
import SystemKit
import Testing

/// A store with queue and outbox in a directory that goes away with the test, and a clock set by hand.
final class Fixture: Sendable {
    let directory: String
    let store: Store
    let time = Locked<Int64>(1_000_000)

    init() throws {
        directory = NSTemporaryDirectory() + "messaging-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        store = try Self.open(directory + "/test.sqlite")
    }

    deinit {
        do {
            try store.close()
            try FileManager.default.removeItem(atPath: directory)
        } catch {
            Issue.record(error)
        }
    }

    static let effects = Migration("effects", sql: "CREATE TABLE effect (job INTEGER, by TEXT)")

    static func open(_ path: String) throws -> Store {
        try Store.open(path, name: "test", migrations: [JobQueue.migration, Outbox.migration, effects])
    }

    var clock: WallClock { WallClock { [time] in Timestamp(milliseconds: time.snapshot) } }

    func pass(_ duration: Duration) { time.withLock { $0 += duration.wholeMilliseconds } }

    func queue(_ owner: String = "one") -> JobQueue {
        JobQueue(
            "test", owner: owner, clock: clock,
            backoff: Backoff(first: .milliseconds(100), longest: .seconds(10)))
    }

    /// Copies database and log as they are on disk: what a crash at this moment leaves.
    func crashImage() throws -> String {
        let image = directory + "/image-\(UUID().uuidString).sqlite"
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: store.path + suffix, toPath: image + suffix)
        }
        return image
    }
}

func job(_ kind: String = "count", key: String? = nil, attempts: Int = 20) -> NewJob {
    var job = NewJob(kind: kind, arguments: Array("{}".utf8))
    job.uniqueKey = key
    job.maxAttempts = attempts
    return job
}

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
