import Foundation
import GRDB
import Storage
import Testing

/// A directory that goes away with the test, and stores in it.
final class Fixture: Sendable {
    let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "store-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: directory) } catch { Issue.record(error) }
    }

    var path: String { directory + "/test.sqlite" }

    static let rows = Migration("rows", sql: "CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT UNIQUE)")

    func open(_ path: String? = nil) throws -> Store {
        try Store.open(path ?? self.path, name: "test", migrations: [Self.rows])
    }

    /// Copies database and log as they are on disk: what a crash at this moment leaves.
    func crashImage() throws -> String {
        let image = directory + "/image-\(UUID().uuidString).sqlite"
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: image + suffix)
        }
        return image
    }
}
