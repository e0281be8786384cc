internal import Contracts
internal import NIOCore
internal import ServiceKit
internal import SystemKit

/// A document's updates, as pages and as they come.
extension CollabService {
    func addLog(to routes: inout Routes) {
        routes.on(CollabEndpoints.updates) { call in
            let room = try await existing(call)
            let after = try call.query("after", in: 0...Int.max) ?? 0
            return try await page(room, after: after, limit: try call.pageLimit())
        }
        routes.events(
            on: CollabEndpoints.events,
            prepare: { call in (try await existing(call), try call.lastEventID()) },
            { _, prepared, stream in try await follow(prepared.0, from: prepared.1, stream) })
    }

    /// A part of the log, from memory if it is new.
    private func page(_ room: RoomHandle, after: Int, limit: Int) async throws -> UpdatePage {
        let (recent, durable) = try await room.on { room in
            (room.recent.after(after).map { Array($0.prefix(limit + 1)) }, room.durable)
        }
        let records =
            if let recent { recent } else {
                try await history.updates(of: room.key, after: after, upTo: durable, limit: limit + 1)
            }
        var page = UpdatePage()
        page.items = records.prefix(limit).map(Self.item)
        page.nextAfter = records.count > limit ? page.items.last?.sequence : nil
        return page
    }

    private static func item(_ record: LogRecord) -> LoggedUpdate {
        .with {
            $0.sequence = record.sequence
            $0.at = Instant(milliseconds: record.at.milliseconds)
            $0.userID = record.author
            $0.update = Base64.encode(record.update ?? [])
        }
    }

    /// Sends updates as they become durable: what was missed first, page by page.
    private func follow(
        _ room: RoomHandle, from last: Int?, _ stream: EventStream<LoggedUpdate>
    ) async throws {
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let (number, durable) = try await room.on { room in
            try room.requireOpen()
            let number = room.number()
            room.followers[number] = signal
            return (number, room.durable)
        }
        defer { room.execute { $0.followers[number] = nil } }
        var place = last ?? durable
        for await _ in Self.first(signals) {
            while case let part = try await page(room, after: place, limit: 100), let end = part.items.last {
                for item in part.items { try await stream.send(item, id: item.sequence) }
                place = end.sequence
            }
        }
    }

    /// One signal at once, then those that come.
    private static func first(_ signals: AsyncStream<Void>) -> AsyncStream<Void> {
        let isDue = Locked(true)
        return AsyncStream {
            let isFirst = isDue.withLock { isDue in
                defer { isDue = false }
                return isDue
            }
            if isFirst { return () }
            var rest = signals.makeAsyncIterator()
            return await rest.next()
        }
    }
}
