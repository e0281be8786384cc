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
            prepare: { call in try await startingPoint(call) },
            { call, prepared, stream in
                let reader = try call.identity
                try await stream.whileTokenLasts(of: call) {
                    try await follow(prepared.0, from: prepared.1, as: reader, stream)
                }
            })
    }

    /// The room, and what its reader has.
    private func startingPoint(_ call: Call<Nothing>) async throws -> (RoomHandle, Int?) {
        let (room, last) = (try await existing(call), try call.lastEventID())
        let newest = try await room.settled { $0.durable }
        guard last ?? 0 <= newest else {
            let detail = "there is no update \(last ?? 0) yet, the newest is \(newest)"
            throw Problem(.notFound, "header/Last-Event-ID: \(detail)")
        }
        return (room, last)
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
            $0.userID = record.author == .zero ? nil : record.author
            $0.update = Base64.encode(record.update ?? [])
        }
    }

    /// Sends updates as they become durable: what was missed first, page by page.
    private func follow(
        _ room: RoomHandle, from last: Int?, as reader: Identity, _ stream: EventStream<LoggedUpdate>
    ) async throws {
        let (signals, signal) = AsyncStream.makeStream(
            of: Follower.Signal.self, bufferingPolicy: .bufferingNewest(1))
        let (number, durable) = try await room.on { room in
            try room.requireOpen()
            let number = room.number()
            room.followers[number] = Follower(identity: reader, signal: signal)
            return (number, room.durable)
        }
        defer { room.execute { $0.followers[number] = nil } }
        var place = last ?? durable
        // What was missed comes at once.
        signal.yield(.news)
        for await signal in signals {
            if case .over(let problem) = signal { return try await stream.send(problem) }
            while case let part = try await page(room, after: place, limit: 100), let end = part.items.last {
                for item in part.items { try await stream.send(item, id: item.sequence) }
                place = end.sequence
            }
        }
    }
}
