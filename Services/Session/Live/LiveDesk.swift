internal import Contracts
internal import Logging
internal import ServiceKit
internal import SystemKit

/// Files between their two homes: once a file has a document, the document is the truth, every write goes
/// through it, and the stored copy follows it whenever somebody looks.
struct LiveDesk: Sendable {
    let sessions: SessionLedger
    let peers: any LivePeers
    let logger: Logger

    /// Brings the stored copies of a session's live files, or of one of them, up to date.
    ///
    /// While the live documents are away the copies stay as they are: they can be read, and a write under an
    /// old ETag is refused by the document itself.
    func refresh(_ id: SessionID, only path: SourcePath? = nil) async throws {
        let marks = try await sessions.liveMarks(of: id, only: path)
        do {
            try await peers.read(marks, of: id) { path, live in try await follow(live, path, id) }
        } catch is CancellationError {
            throw CancellationError()
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            logger.warning(
                "live files are read from their stored copies",
                metadata: ["session": "\(id.text)", "files": "\(marks.count)", "error": "\(error)"])
        }
    }

    private func follow(_ live: LiveFile, _ path: SourcePath, _ id: SessionID) async throws {
        guard live.isLive, let text = live.text else { return }
        let author = live.userID ?? .zero
        let (entry, bytes) = entry(path, text, by: author)
        try await sessions.keepLive(entry, bytes, at: live.sequence, isWritten: false, in: id, by: author)
    }

    /// Writes a file, into its document if it has one.
    /// - Throws: `Refusal`; the documents' `Problem` (`precondition_failed`, `unavailable`).
    /// - Returns: the file as it is then.
    func write(
        _ entry: FileEntry, _ bytes: [UInt8], ifMatch: String?, in id: SessionID, by user: UserID
    ) async throws -> FileEntry {
        // Twice at most: a file does not stop to be edited live by itself.
        for _ in 0..<2 {
            if entry.encoding == .utf8, let name = DocumentName(file: entry.path),
                try await sessions.liveMarks(of: id, only: entry.path)[entry.path] != nil
            {
                return try await writeLive(entry, bytes, to: name, ifMatch: ifMatch, in: id, by: user)
            }
            do {
                try await sessions.writeStored(entry, bytes, ifMatch: ifMatch, in: id, by: user)
                return entry
            } catch is LiveMeanwhile {
                continue
            }
        }
        throw Problem(.unavailable, "the file is just being opened", retryAfter: 100)
    }

    private func writeLive(
        _ draft: FileEntry, _ bytes: [UInt8], to name: DocumentName, ifMatch: String?, in id: SessionID,
        by user: UserID
    ) async throws -> FileEntry {
        let room = try await sessions.room(id, for: user, .edit)
        // What the session would refuse must not get into the document.
        _ = try room.decide(.write(draft, ifMatch: nil), by: user, at: sessions.clock.now().instant)
        let text = String(decoding: bytes, as: UTF8.self)
        let live = try await peers.write(
            LiveFileDraft(text, by: user), to: name, of: id, ifMatch: ifMatch)
        let (entry, content) = entry(draft.path, live.text ?? text, by: user)
        try await sessions.keepLive(
            entry, content, at: live.sequence, isWritten: true, in: id, by: user)
        return entry
    }

    private func entry(
        _ path: SourcePath, _ text: String, by author: UserID
    ) -> (entry: FileEntry, bytes: [UInt8]) {
        let bytes = Array(text.utf8)
        let now = sessions.clock.now().instant
        let entry = FileEntry.with {
            $0.path = path
            $0.digest = FileContent.digest(bytes)
            $0.bytes = bytes.count
            $0.updatedAt = now
            $0.updatedBy = author
        }
        return (entry, bytes)
    }

    /// Tells the documents of a deleted file at once; should they be away, they are told as soon as they are
    /// back.
    func forget(_ path: SourcePath, in id: SessionID) async {
        guard let name = DocumentName(file: path) else { return }
        let notice = LiveNotice.with {
            $0.sessionID = id
            $0.kind = .fileDeleted
            $0.document = name
        }
        await ignoring("the stored notice is told until it is heard", logger: logger) {
            try await Notices.tell(notice, sessions.store, peers, logger)
        }
    }
}
