internal import Contracts
internal import GRDB
internal import SystemKit

/// Sessions as they are inside the writer's transaction, so that a busy one is not read again for every
/// event.
///
/// Only the writer's thread uses it. A transaction that fails takes its sessions out again before the next
/// one starts.
final class RoomCache: Sendable {
    private let rooms: Locked<[SessionID: Room]> = Locked([:])

    /// The session as the transaction sees it.
    /// - Throws: `Refusal.noSession`.
    func room(_ id: SessionID, in database: Database) throws -> Room {
        if let room = rooms.withLock({ $0[id] }) { return room }
        guard let room = try RoomTables.read(id, in: database) else { throw Refusal.noSession }
        return room
    }

    /// Remembers the session as the transaction leaves it; the last thing the transaction's work does.
    func keep(_ room: Room) {
        rooms.withLock { rooms in
            if rooms.count >= Limits.warmRooms, let other = rooms.keys.first { rooms[other] = nil }
            rooms[room.id] = room
        }
    }

    /// Forgets a session whose transaction may have failed.
    func drop(_ id: SessionID) { rooms.withLock { $0[id] = nil } }
}
