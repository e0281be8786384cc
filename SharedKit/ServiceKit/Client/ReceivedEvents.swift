package import Contracts
internal import NIOCore

/// One server-sent event as it came.
package struct ReceivedEvent<Event: Wire>: Sendable {
    /// Where to go on after it.
    package let id: String?
    /// Its kind; `message` unless named.
    package let name: String
    /// What it says.
    package let value: Event
}

/// The server-sent events of an answer, decoded one after the other; an `error` event is thrown as its
/// `Problem`.
package struct ReceivedEvents<Event: Wire>: AsyncSequence, Sendable {
    /// An event.
    package typealias Element = ReceivedEvent<Event>
    private let body: ByteStream
    private let peer: String

    init(_ body: ByteStream, peer: String) {
        self.body = body
        self.peer = peer
    }

    /// Reads from where the answer stands.
    package func makeAsyncIterator() -> Iterator { Iterator(body: body, peer: peer) }

    /// Reads event by event.
    package struct Iterator: AsyncIteratorProtocol {
        let body: ByteStream
        let peer: String
        private var parser = EventParser()

        init(body: ByteStream, peer: String) {
            self.body = body
            self.peer = peer
        }

        /// The next event, or nil behind the last.
        package mutating func next() async throws -> ReceivedEvent<Event>? {
            while true {
                if let event = parser.next() { return try decode(event) }
                guard let piece = try await body.next() else { return nil }
                guard parser.append(piece.readableBytesView) else {
                    throw PeerFailure(peer, .misunderstood, "an event is too long")
                }
            }
        }

        private func decode(_ event: EventParser.Event) throws -> ReceivedEvent<Event> {
            if event.name == "error" { throw try value(event.data, Problem.self) }
            return ReceivedEvent(id: event.id, name: event.name, value: try value(event.data, Event.self))
        }

        private func value<Value: Wire>(_ data: [UInt8], _: Value.Type) throws(PeerFailure) -> Value {
            do throws(WireFaults) {
                return try Value.decode(data, unknownFields: .skip)
            } catch {
                throw PeerFailure(
                    peer, .misunderstood, "an event is not what the contract says: \(error.all)")
            }
        }
    }
}

/// Takes a byte stream apart into server-sent events (WHATWG HTML 9.2.6).
struct EventParser: Sendable {
    struct Event: Sendable, Equatable {
        var id: String?
        var name = "message"
        var data: [UInt8] = []
    }

    private var line: [UInt8] = []
    private var event = Event()
    private var hasData = false
    private var lastID: String?
    private var ready = CircularBuffer<Event>()
    private var afterReturn = false

    /// Takes bytes; false when an event grows beyond the limit.
    mutating func append(_ bytes: some Sequence<UInt8>) -> Bool {
        for byte in bytes {
            let isSecondHalf = afterReturn && byte == UInt8(ascii: "\n")
            afterReturn = byte == UInt8(ascii: "\r")
            if isSecondHalf { continue }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                endLine()
            } else {
                line.append(byte)
            }
            if line.count + event.data.count > Limits.eventBytes { return false }
        }
        return true
    }

    /// The next complete event.
    mutating func next() -> Event? { ready.popFirst() }

    private mutating func endLine() {
        defer { line.removeAll(keepingCapacity: true) }
        if line.isEmpty { return dispatch() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == UInt8(ascii: " ") { value.removeFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "id": lastID = String(decoding: value, as: UTF8.self)
        case "event": event.name = String(decoding: value, as: UTF8.self)
        case "data":
            if hasData { event.data.append(UInt8(ascii: "\n")) }
            event.data += value
            hasData = true
        default: break
        }
    }

    private mutating func dispatch() {
        if hasData {
            event.id = lastID
            ready.append(event)
        }
        event = Event()
        hasData = false
    }
}
