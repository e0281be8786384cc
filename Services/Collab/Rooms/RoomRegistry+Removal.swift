internal import Contracts
internal import NIOCore
internal import ServiceKit
internal import SystemKit

/// Documents that are deleted, alone or with their session.
extension RoomRegistry {
    /// Ends the rooms of a session, or of one of its documents, and puts the files into the trash.
    /// - Throws: `Problem` (`unavailable`) while the session's documents are being deleted already;
    ///   `SystemFailure` when the files stay. Once more does no harm.
    func remove(_ session: SessionID, _ document: DocumentName?, because reason: String) async throws {
        guard claimRemoval(of: session) else {
            throw Problem(.unavailable, "the documents are being deleted", retryAfter: 100)
        }
        defer { endRemoval(of: session) }
        for handle in all where handle.key.session == session {
            guard document == nil || handle.key.document == document else { continue }
            try await handle.on { $0.end(.gone, reason) }
            forget(handle)
        }
        try await putAside(session, document)
    }

    /// Moves the files of a session, or of one of its documents, into the trash.
    func putAside(_ session: SessionID, _ document: DocumentName?) async throws {
        // Appends that are on their way would make the directory anew.
        try await shared.disk.perform {}
        let path = document.map { store(of: RoomKey(session: session, document: $0)).directory }
        let directory = path ?? self.directory(of: session)
        let name = document.map { "\(session.text)~\($0.text)" } ?? session.text
        let (trash, now) = (trash, shared.clock.now())
        try await shared.archive.perform { try trash.take(directory, as: name, at: now) }
    }

    /// Removes for good what was deleted before `limit`.
    func emptyTrash(before limit: Timestamp) async throws {
        let trash = trash
        try await shared.archive.perform { try trash.empty(before: limit) }
    }

    /// The number of a document's last update without opening it; nil when nobody has written to it.
    func sequence(of key: RoomKey) async throws -> Int? {
        if let room = rooms[key] { return try await room.settled { $0.sequence } }
        guard try await exists(key) else { return nil }
        let store = store(of: key)
        return try await shared.archive.perform { try store.summary(of: key.document).sequence }
    }
}
