internal import Contracts
internal import ServiceKit
internal import SystemKit

/// Every open room, and the way to open one.
actor RoomRegistry {
    private let directory: String
    private let disk: Disk
    private let clock: WallClock
    private var rooms: [RoomKey: Room] = [:]
    /// Counts closed rooms: what was read from disk before one closed may be older than what it wrote.
    private var closings = 0

    init(directory: String, disk: Disk, clock: WallClock) {
        self.directory = directory
        self.disk = disk
        self.clock = clock
    }

    /// The room of a document; reads its log when nobody has it open.
    /// - Throws: `Problem` (`overloaded`) when too many are open, `SystemFailure` when the log cannot be
    ///   read.
    func room(_ key: RoomKey) async throws -> Room {
        while true {
            if let room = rooms[key] { return room }
            guard rooms.count < Limits.rooms else {
                throw Problem(.overloaded, "too many documents are open", retryAfter: 1000)
            }
            let closings = closings
            let directory = directory(of: key.session)
            let (file, records) = try await disk.perform {
                let file = try LogFile(directory, key.document.text)
                return (file, try file.load())
            }
            guard rooms[key] == nil, closings == self.closings else { continue }
            let room = Room(key, file, records, disk: disk, clock: clock)
            rooms[key] = room
            return room
        }
    }

    private nonisolated func directory(of session: SessionID) -> String { "\(directory)/\(session.text)" }

    /// Whether a document was ever written to, or is open.
    func exists(_ key: RoomKey) async throws -> Bool {
        if rooms[key] != nil { return true }
        return try await names(of: key.session).contains(key.document)
    }

    /// The documents of a session, ordered by name.
    func documents(of session: SessionID) async throws -> [LiveDocument] {
        let open = rooms.keys.filter { $0.session == session }.map(\.document)
        let names = Set(try await names(of: session)).union(open)
        var documents: [LiveDocument] = []
        for name in names.sorted(by: { $0.text < $1.text }) {
            documents.append(try await room(RoomKey(session: session, document: name)).summary)
        }
        return documents
    }

    private func names(of session: SessionID) async throws -> [DocumentName] {
        let directory = directory(of: session)
        return try await disk.perform { LogDirectory.documents(in: directory) }
    }

    /// Closes rooms that nobody has used for a while.
    func closeIdle() {
        let limit = clock.now() + .seconds(-Limits.idleSeconds)
        for (key, room) in rooms where room.closeIfIdle(since: limit) {
            rooms[key] = nil
            closings += 1
        }
    }

    /// Every open room.
    var all: [Room] { Array(rooms.values) }
}
