internal import Contracts
internal import NIOCore
internal import ServiceKit
internal import SystemKit

/// The newest durable updates of a room, bounded in number and bytes.
struct RecentUpdates {
    private(set) var records: [LogRecord] = []
    private var bytes = 0

    mutating func append(_ record: LogRecord) {
        records.append(record)
        bytes += record.update?.count ?? 0
        guard records.count > 2 * Limits.recentUpdates || bytes > 2 * Limits.recentBytes else { return }
        while records.count > Limits.recentUpdates || bytes > Limits.recentBytes, !records.isEmpty {
            bytes -= records.removeFirst().update?.count ?? 0
        }
    }

    /// What comes after an update, nil when some of it is no longer here.
    func after(_ sequence: Int) -> ArraySlice<LogRecord>? {
        guard let first = records.first, first.sequence <= sequence + 1 else { return nil }
        return records.dropFirst(sequence + 1 - first.sequence)
    }
}

/// A room, for those on other threads.
struct RoomHandle: Sendable {
    let key: RoomKey
    let loop: any EventLoop
    private let room: NIOLoopBound<Room>

    /// Called on the room's event loop.
    init(_ room: Room) {
        key = room.key
        loop = room.loop
        self.room = NIOLoopBound(room, eventLoop: room.loop)
    }

    /// The room itself; on its event loop only.
    var value: Room { room.value }

    /// Asks the room on its event loop.
    func on<Result: Sendable>(_ body: @escaping @Sendable (Room) throws -> Result) async throws -> Result {
        try await loop.submit { [room] in try body(room.value) }.get()
    }

    /// Asks the room once everything that it has taken in is durable.
    func settled<Result: Sendable>(
        _ body: @escaping @Sendable (Room) throws -> Result
    ) async throws -> Result {
        try await loop.flatSubmit { [room] in
            room.value.settled().flatMapThrowing { try body(room.value) }
        }.get()
    }

    /// Returns when everything that the room has recorded is durable, names included.
    /// - Throws: `RoomEnded` when it could not be kept.
    func flushed() async throws {
        let disk = try await on { room in
            room.submit()
            return room.shared.disk
        }
        try await disk.perform {}
        try await on { try $0.requireOpen() }
    }

    /// Lets the room do something on its event loop.
    func execute(_ body: @escaping @Sendable (Room) -> Void) {
        if loop.inEventLoop { return body(room.value) }
        loop.execute { [room] in body(room.value) }
    }
}
