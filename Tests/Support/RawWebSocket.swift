package import SystemKit

/// A blocking WebSocket of a client over a `RawSocket`; use it inside `RawSocket.exchange`.
package struct RawWebSocket: ~Copyable {
    /// What came.
    package enum Message: Equatable, Sendable {
        /// A text message.
        case text(String)
        /// A binary message.
        case binary([UInt8])
        /// The close frame's code.
        case close(UInt16)
        /// The connection ended without one.
        case end
    }

    private let socket: RawSocket
    private var buffer: [UInt8]

    /// Shakes hands for `path`.
    /// - Parameter identity: the signed statement of who calls, nil for nobody.
    /// - Throws: `Refused` with the whole answer when it is not 101.
    package static func open(
        port: Int, path: String, identity: String?
    ) throws -> RawWebSocket {
        let socket = try RawSocket.connected(port: port, timeoutSeconds: 60)
        try socket.send(
            "GET \(path) HTTP/1.1\r\nHost: a\r\n" + (identity.map { "X-CC-Identity: \($0)\r\n" } ?? "")
                + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        var bytes: [UInt8] = []
        while true {
            let piece = try socket.read()
            bytes += piece
            if let end = headEnd(bytes) {
                guard bytes.starts(with: "HTTP/1.1 101 ".utf8) else {
                    throw Refused(answer: String(decoding: bytes, as: UTF8.self))
                }
                return RawWebSocket(socket: socket, buffer: Array(bytes[end...]))
            }
            if piece.isEmpty { throw Refused(answer: String(decoding: bytes, as: UTF8.self)) }
        }
    }

    /// No WebSocket was opened.
    package struct Refused: Error {
        /// The whole answer.
        package let answer: String
    }

    private init(socket: consuming RawSocket, buffer: [UInt8]) {
        self.socket = socket
        self.buffer = buffer
    }

    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        return (4...bytes.count).first { bytes[($0 - 4)..<$0].elementsEqual([13, 10, 13, 10]) }
    }

    /// Sends a text message.
    package func send(_ text: String) throws(SystemFailure) { try send(0x81, Array(text.utf8)) }

    /// Sends a binary message.
    package func send(_ bytes: [UInt8]) throws(SystemFailure) { try send(0x82, bytes) }

    private func send(_ first: UInt8, _ payload: [UInt8]) throws(SystemFailure) {
        let mask: [UInt8] = [1, 2, 3, 4]
        var frame: [UInt8] = [first]
        switch payload.count {
        case ..<126: frame.append(0x80 | UInt8(payload.count))
        case ..<65_536: frame += [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default: frame += [0xFF] + (0..<8).reversed().map { UInt8(payload.count >> (8 * $0) & 255) }
        }
        try socket.send(frame + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] })
    }

    /// The next message; pings are skipped.
    package mutating func next() throws(SystemFailure) -> Message {
        while true {
            guard try fill(2) else { return .end }
            let first = buffer[0]
            var (length, head) = (Int(buffer[1] & 127), 2)
            if length >= 126 {
                head = length == 126 ? 4 : 10
                guard try fill(head) else { return .end }
                length = buffer[2..<head].reduce(0) { $0 << 8 | Int($1) }
            }
            guard try fill(head + length) else { return .end }
            let payload = Array(buffer[head..<head + length])
            buffer.removeFirst(head + length)
            switch first & 15 {
            case 1: return .text(String(decoding: payload, as: UTF8.self))
            case 2: return .binary(payload)
            case 8: return .close(payload.count < 2 ? 1005 : UInt16(payload[0]) << 8 | UInt16(payload[1]))
            default: continue
            }
        }
    }

    private mutating func fill(_ count: Int) throws(SystemFailure) -> Bool {
        while buffer.count < count {
            let piece = try socket.read()
            if piece.isEmpty { return false }
            buffer += piece
        }
        return true
    }
}

/// Opens a WebSocket and runs `body` on a thread of its own, since it blocks.
package func connect<Result: Sendable>(
    port: Int, _ path: String, _ identity: String?,
    _ body: @escaping @Sendable (inout RawWebSocket) throws -> Result
) async throws -> Result {
    try await withCheckedThrowingContinuation { done in
        do {
            _ = try DedicatedThread(named: "raw-web-socket") {
                done.resume(
                    with: Swift.Result {
                        var socket = try RawWebSocket.open(port: port, path: path, identity: identity)
                        return try body(&socket)
                    })
            }
        } catch {
            done.resume(throwing: error)
        }
    }
}
