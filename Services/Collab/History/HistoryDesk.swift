private import Glibc
internal import Contracts
internal import ServiceKit
internal import SystemKit

/// What was: texts at versions, who wrote what. Reads the log on a thread of its own, so that live documents
/// do not wait.
struct HistoryDesk: Sendable {
    let rooms: RoomRegistry
    let archive: Disk

    /// Updates of a document's log after a number, at most `limit`.
    func updates(of key: RoomKey, after: Int, upTo: Int, limit: Int) async throws -> [LogRecord] {
        let store = rooms.store(of: key)
        return try await read {
            var found: [LogRecord] = []
            var place = after
            while found.count < limit {
                let records = try store.records(after: place, upTo: upTo, limit: limit)
                guard let last = records.last else { break }
                found += records.filter { $0.update != nil }
                place = last.sequence
            }
            return Array(found.prefix(limit))
        }
    }

    /// The text at a version.
    func text(of key: RoomKey, at sequence: Int) async throws -> DocumentText {
        let store = rooms.store(of: key)
        return try await read {
            var text = DocumentText()
            text.name = key.document
            text.sequence = sequence
            let bytes = try Replay(try store.history(upTo: sequence)).text()
            text.text = String(decoding: bytes, as: UTF8.self)
            text.utf16Units = text.text.utf16.count
            return text
        }
    }

    /// What changed from one version to another.
    func difference(of key: RoomKey, from: Int, to: Int) async throws -> TextDifference {
        let store = rooms.store(of: key)
        return try await read {
            let old = try Replay(try store.history(upTo: from)).text()
            let new = try Replay(try store.history(upTo: to)).text()
            var difference = TextDifference()
            difference.from = from
            difference.to = to
            difference.hunks = LineDifference.hunks(
                String(decoding: old, as: UTF8.self), String(decoding: new, as: UTF8.self))
            return difference
        }
    }

    /// Who wrote what of the newest text.
    func authors(of key: RoomKey, at sequence: Int) async throws -> AuthorshipList {
        let store = rooms.store(of: key)
        return try await read {
            var start = try store.oldest()
            start.records = try store.records(after: start.snapshotSequence, upTo: sequence, limit: Int.max)
            var list = AuthorshipList()
            list.sequence = sequence
            list.items = try Replay(start).authors()
            return list
        }
    }

    /// Stretches of editing and names, newest first; the page ends before `before`.
    func versions(
        of key: RoomKey, upTo: Int, before: Int?, limit: Int
    ) async throws -> Page<DocumentVersion> {
        let store = rooms.store(of: key)
        return try await read {
            let records = try store.records(after: 0, upTo: upTo, limit: Int.max)
            let all = try store.oldVersions() + VersionList.versions(records)
            let start = before.map { all.count - min($0, all.count) } ?? 0
            let items = all.reversed().dropFirst(start).prefix(limit)
            let left = all.count - start - items.count
            return Page(items: Array(items), nextCursor: left > 0 ? "\(left)" : nil)
        }
    }

    /// Keeps a name beside the log in which it was given.
    func keep(_ name: LogRecord, of key: RoomKey) async throws {
        let store = rooms.store(of: key)
        try await archive.perform { try store.keep(name) }
    }

    private func read<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        do {
            return try await archive.perform(body)
        } catch let failure as SystemFailure where failure.errno == ENOENT {
            throw Problem(.notFound, "the version is older than the history that is kept")
        }
    }
}
