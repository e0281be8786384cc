internal import CRDTCore
internal import Contracts
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceKit
internal import SystemKit

/// Every open room, and the way to open one.
actor RoomRegistry {
    private let directory: String
    let shared: RoomSurroundings
    /// Where deleted documents wait.
    let trash: Trash
    private let sources: FileSources
    private let idleSeconds: Int64
    private(set) var rooms: [RoomKey: RoomHandle] = [:]
    private let openings = SingleFlight<RoomKey, RoomHandle>()
    /// Counts closed rooms: what was read from disk before one closed may be older than what it wrote.
    private var closings = 0
    /// Sessions of which documents are being deleted; none of theirs can be opened meanwhile.
    private var removals: Set<SessionID> = []

    init(directory: String, _ shared: RoomSurroundings, _ sources: FileSources, idleSeconds: Int) {
        self.directory = directory
        self.shared = shared
        self.sources = sources
        trash = Trash(directory: "\(directory)/.trash")
        self.idleSeconds = Int64(idleSeconds)
    }

    nonisolated func store(of key: RoomKey) -> DocumentStore {
        DocumentStore(
            directory: "\(directory(of: key.session))/\(key.document.text)", policy: shared.policy)
    }

    nonisolated func directory(of session: SessionID) -> String { "\(directory)/\(session.text)" }

    /// The room of a document; reads its files when nobody has it open. A document that nobody has written to
    /// begins with the text of the session's file of that name.
    /// - Throws: `Problem` (`overloaded`) when too many are open, (`unavailable`) when the document or its
    ///   file cannot be read.
    func room(_ key: RoomKey, for caller: Caller) async throws -> RoomHandle {
        if let room = rooms[key] { return room }
        guard rooms.count < Limits.rooms else {
            throw Problem(.overloaded, "too many documents are open", retryAfter: 1000)
        }
        return try await openings.value(for: key) { try await self.open(key, caller) }.value
    }

    private func open(_ key: RoomKey, _ caller: Caller) async throws -> RoomHandle {
        while true {
            if let room = rooms[key] { return room }
            try refuseWhileRemoved(key)
            let closings = closings
            let store = store(of: key)
            let stored = try await load(key, store)
            let seed = stored.isNew ? try await sources.begin(key, for: caller) : nil
            guard closings == self.closings else { continue }
            let room = try await make(key, stored, seed, store)
            guard !removals.contains(key.session) else {
                // Deleted while it was being opened: what the opening has written is deleted, too.
                try await room.on { $0.end(.gone, "the document was deleted") }
                try await putAside(key.session, key.document)
                continue
            }
            rooms[key] = room
            return room
        }
    }

    private func refuseWhileRemoved(_ key: RoomKey) throws(Problem) {
        guard removals.contains(key.session) else { return }
        throw Problem(.unavailable, "documents of the session are being deleted", retryAfter: 100)
    }

    /// Keeps the session's documents from being opened; false when somebody else does.
    func claimRemoval(of session: SessionID) -> Bool { removals.insert(session).inserted }

    /// Lets the session's documents be opened again; what was read from disk before is out of date.
    func endRemoval(of session: SessionID) {
        removals.remove(session)
        closings += 1
    }

    private func load(_ key: RoomKey, _ store: DocumentStore) async throws -> StoredDocument {
        do {
            return try await shared.archive.perform { try store.load() }
        } catch {
            shared.logger.error(
                "a document cannot be read",
                metadata: [
                    "session": "\(key.session.text)", "document": "\(key.document.text)", "error": "\(error)",
                ])
            throw Problem(.unavailable, "the document cannot be read at the moment", retryAfter: 1000)
        }
    }

    private func make(
        _ key: RoomKey, _ stored: StoredDocument, _ seed: String?, _ store: DocumentStore
    ) async throws -> RoomHandle {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        return try await loop.submit { [shared] in
            let room = try Room(key, stored, in: store, on: loop, shared)
            if let seed { room.seed(seed) }
            return RoomHandle(room)
        }.get()
    }

    /// Runs `body` in the document's room; when that room is just being closed, in the one that follows it.
    func with<Result: Sendable>(
        _ key: RoomKey, for caller: Caller, _ body: @escaping @Sendable (Room) throws -> Result
    ) async throws -> (RoomHandle, Result) {
        while true {
            let handle = try await room(key, for: caller)
            let result = try await handle.on { room -> Result? in try room.isOver ? nil : body(room) }
            if let result { return (handle, result) }
            guard shared.clock.now() < caller.deadline else {
                throw Problem(.unavailable, "the document is being closed", retryAfter: 100)
            }
            try await closeIfOver(handle)
        }
    }

    /// The room of a document, not one that is just being closed.
    func open(_ key: RoomKey, for caller: Caller) async throws -> RoomHandle {
        try await with(key, for: caller) { _ in true }.0
    }

    private func closeIfOver(_ handle: RoomHandle) async throws {
        try await Task.sleep(for: .milliseconds(5))
        let limit = Timestamp(milliseconds: Int64.min)
        if try await isClosed(handle, since: limit) { forget(handle) }
    }

    private func isClosed(_ handle: RoomHandle, since limit: Timestamp) async throws -> Bool {
        try await handle.loop.flatSubmit { handle.closing(since: limit) }.get()
    }

    func forget(_ handle: RoomHandle) {
        rooms[handle.key] = nil
        closings += 1
    }

    /// Whether the session has a file from which the document would begin.
    nonisolated func hasFile(_ key: RoomKey, for caller: Caller) async throws -> Bool {
        try await sources.exists(key, for: caller)
    }

    /// Whether a document was ever written to, or is open.
    func exists(_ key: RoomKey) async throws -> Bool {
        if rooms[key] != nil { return true }
        return try await names(of: key.session).contains(key.document)
    }

    /// The documents of a session, ordered by name; looking at them opens none.
    func documents(of session: SessionID) async throws -> [LiveDocument] {
        let open = rooms.keys.filter { $0.session == session }.map(\.document)
        let names = Set(try await names(of: session)).union(open)
        var documents: [LiveDocument] = []
        for name in names.sorted(by: { $0.text < $1.text }) {
            let key = RoomKey(session: session, document: name)
            if let room = rooms[key] {
                documents.append(try await room.on { $0.summary })
            } else {
                let store = store(of: key)
                documents.append(try await shared.archive.perform { try store.summary(of: name) })
            }
        }
        return documents
    }

    private func names(of session: SessionID) async throws -> [DocumentName] {
        let directory = directory(of: session)
        return try await shared.archive.perform { try DocumentStore.documents(in: directory) }
    }

    /// Closes rooms that nobody has used for a while; their memory is free afterwards.
    func closeIdle() async throws {
        let limit = shared.clock.now() + .seconds(-idleSeconds)
        for handle in rooms.values {
            if try await isClosed(handle, since: limit), rooms[handle.key] != nil { forget(handle) }
        }
    }

    /// Every open room.
    var all: [RoomHandle] { Array(rooms.values) }
}

extension RoomHandle {
    /// Closes the room if nobody uses it; on its event loop.
    func closing(since limit: Timestamp) -> EventLoopFuture<Bool> { value.closeIfIdle(since: limit) }
}
