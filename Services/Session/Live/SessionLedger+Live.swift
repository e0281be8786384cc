internal import Contracts
internal import GRDB
internal import Storage

/// A file is edited live since it was last looked at.
struct LiveMeanwhile: Error {}

extension SessionLedger {
    /// The text with which a document begins; from now on the document is asked for the file's text.
    /// - Throws: `Refusal.noSession`.
    func beginLive(_ path: SourcePath, in id: SessionID) async throws -> String? {
        try await store.write { database in
            guard let room = try RoomTables.read(id, in: database), room.state != .deleted else {
                throw Refusal.noSession
            }
            let entry = room.files[path]
            guard entry?.encoding != .base64 else { return nil }
            try LiveMarks.set(0, of: path, in: id, database)
            let bytes = try entry.flatMap { try Self.content($0.digest, of: id, in: database) }
            return bytes.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// The marks of the session's live files, or of one of them.
    func liveMarks(of id: SessionID, only path: SourcePath?) async throws -> [SourcePath: Int] {
        try await store.read { database in
            guard let path else { return try LiveMarks.all(of: id, in: database) }
            return try LiveMarks.sequence(of: path, in: id, database).map { [path: $0] } ?? [:]
        }
    }

    /// Stores what a live file has become, unless something newer was stored meanwhile.
    /// - Parameter isWritten: whether `actor` has written the file, which may be new then; otherwise the
    ///   stored copy only follows the document.
    func keepLive(
        _ entry: FileEntry, _ bytes: [UInt8], at sequence: Int, isWritten: Bool, in id: SessionID,
        by actor: UserID
    ) async throws {
        let command = isWritten ? RoomCommand.write(entry, ifMatch: nil) : .follow(entry)
        _ = try await commit(id) { database in
            let mark = try LiveMarks.sequence(of: entry.path, in: id, database) ?? Int.max
            guard mark < sequence || (isWritten && mark == sequence) else {
                return Outcome(room: try current(id, in: database), events: [])
            }
            let outcome = try enact(command, in: id, by: actor, database)
            try LiveMarks.set(sequence, of: entry.path, in: id, database)
            try Self.keep(bytes, as: entry.digest, of: id, in: database)
            return outcome
        }
    }

    /// Writes a file that nobody edits live.
    /// - Throws: `Refusal`; `LiveMeanwhile` when somebody does.
    func writeStored(
        _ entry: FileEntry, _ bytes: [UInt8], ifMatch: String?, in id: SessionID, by actor: UserID
    ) async throws {
        let isText = entry.encoding == .utf8
        try await perform(.write(entry, ifMatch: ifMatch), in: id, by: actor) { database, _ in
            if isText, try LiveMarks.sequence(of: entry.path, in: id, database) != nil {
                throw LiveMeanwhile()
            }
            try Self.keep(bytes, as: entry.digest, of: id, in: database)
        }
    }
}
