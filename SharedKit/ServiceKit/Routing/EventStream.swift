package import Contracts
private import NIOCore
internal import NIOHTTP1
private import SystemKit

/// Server-sent events on their way to one reader, in the format of the WHATWG HTML standard 9.2.
package struct EventStream<Event: Wire>: Sendable {
    private let writer: BodyWriter
    private let lastWrite = Locked(monotonicNanoseconds())

    init(_ writer: BodyWriter) {
        self.writer = writer
    }

    /// Sends one event and waits until the socket has taken it.
    /// - Parameters:
    ///   - id: where a reader that comes back goes on; it sends it as `Last-Event-ID`.
    ///   - name: the kind, `message` when nil.
    /// - Throws: when the reader is gone.
    package func send(_ event: Event, id: Int? = nil, name: String? = nil) async throws {
        try await write(EventText.event(event.encode(), id: id, name: name))
    }

    /// Sends a problem as `event: error`, the last thing a stream says.
    /// - Throws: when the reader is gone.
    package func send(_ problem: Problem) async throws {
        try await write(EventText.event(problem.encode(), id: nil, name: "error"))
    }

    /// Sends every event of a sequence; while nothing comes, comments keep the connection alive.
    /// - Throws: what the sequence throws, or that the reader is gone.
    package func send<Events: AsyncSequence & Sendable>(
        all events: Events,
        _ put: @escaping @Sendable (Events.Element) -> (event: Event, id: Int?, name: String?)
    ) async throws where Events.Element: Sendable {
        try await keepingAlive {
            for try await element in events {
                let line = put(element)
                try await send(line.event, id: line.id, name: line.name)
            }
        }
    }

    /// Runs `body` while comments keep the connection alive whenever nothing was sent for a while.
    /// - Throws: what `body` throws, or that the reader is gone.
    package func keepingAlive(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await beat() }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            // Whichever ends first ends the stream: the body when it is done, the heart when the reader is
            // gone.
            try await group.next()
        }
    }

    /// Runs `body` until it ends, or the token that the caller came with does: that is the stream's last word
    /// then. Not for streams that services follow in the name of somebody who may sign out meanwhile.
    /// - Throws: what `body` throws, or that the reader is gone.
    package func whileTokenLasts(
        of call: some CallAccess, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        guard let watch = call.scene.credentials, let caller = call.scene.caller else {
            return try await body()
        }
        let reason = try await watch.whileGood(caller, body)
        if let reason { try await send(Problem(.unauthenticated, reason)) }
    }

    private func beat() async throws {
        while true {
            try await Task.sleep(for: .milliseconds(Limits.heartbeatMilliseconds))
            let silence = monotonicNanoseconds() - lastWrite.snapshot
            if silence >= UInt64(Limits.heartbeatMilliseconds) * 900_000 {
                try await write(EventText.heartbeat)
            }
        }
    }

    private func write(_ bytes: [UInt8]) async throws {
        try await writer.write(ByteBuffer(bytes: bytes))
        lastWrite.withLock { $0 = monotonicNanoseconds() }
    }
}

/// The lines of server-sent events.
enum EventText {
    static let heartbeat = Array(": alive\n\n".utf8)

    /// JSON has no raw line breaks, so one data line is enough.
    static func event(_ json: [UInt8], id: Int?, name: String?) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(json.count + 64)
        if let id { bytes += "id: \(id)\n".utf8 }
        if let name { bytes += "event: \(name)\n".utf8 }
        bytes += "data: ".utf8
        bytes += json
        bytes += "\n\n".utf8
        return bytes
    }
}

extension ServerResponse {
    /// Server-sent events, for a route whose answer depends on `Accept`.
    package static func events<Event: Wire>(
        _ body: @escaping @Sendable (EventStream<Event>) async throws -> Void
    ) -> ServerResponse {
        let headers: HTTPHeaders = [
            "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no",
        ]
        return ServerResponse(
            status: 200, headers: headers, body: .stream { try await body(EventStream($0)) })
    }
}
