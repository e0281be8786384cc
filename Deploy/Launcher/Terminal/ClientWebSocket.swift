import Glibc
import ServiceKit
import Supervision
import SystemKit

/// The client's end of a WebSocket (RFC 6455): blocking to write, read when its descriptor is ready.
struct ClientWebSocket: ~Copyable {
    /// What came.
    enum Message {
        case text([UInt8])
        case binary([UInt8])
        /// The close frame's code, 0 when the connection ended without one.
        case end(UInt16)
    }

    /// No WebSocket was opened.
    struct Refused: Error {
        /// The status of the answer, 0 when it was none.
        let status: Int
    }

    private enum Limits {
        /// Bytes of the answer to the handshake.
        static let headBytes = 16 << 10
        /// Bytes of one message, more than the fleet sends at once.
        static let messageBytes = 16 << 20
        /// How long a send or the handshake may take, seconds.
        static let patienceSeconds = 20
    }

    private let descriptor: FD
    private var buffer: [UInt8] = []

    /// Shakes hands for `path`.
    /// - Throws: `SystemFailure` when nobody listens, `Refused` when they do not want to.
    static func open(host: String, port: Int, path: String, token: String) throws -> ClientWebSocket {
        var socket = ClientWebSocket(try connected(host, port))
        try socket.shakeHands("\(host):\(port)", path, token)
        return socket
    }

    private init(_ descriptor: consuming FD) { self.descriptor = descriptor }

    private mutating func shakeHands(_ authority: String, _ path: String, _ token: String) throws {
        let key = WebSocketKey.fresh(from: randomBytes(16))
        try descriptor.write(
            Array(
                ("GET \(path) HTTP/1.1\r\nHost: \(authority)\r\nAuthorization: Bearer \(token)\r\n"
                    + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: \(key)\r\n\r\n").utf8))
        let head = try readHead()
        let words = head.split(separator: " ", maxSplits: 2)
        let status = words.count > 1 ? Int(words[1]) ?? 0 : 0
        guard status == 101, head.contains(WebSocketKey.accept(key)) else { throw Refused(status: status) }
    }

    private static func connected(_ host: String, _ port: Int) throws(SystemFailure) -> FD {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let address = found?.pointee else {
            throw SystemFailure(call: "getaddrinfo \(host)", errno: ENOENT)
        }
        defer { freeaddrinfo(found) }
        let kind = address.ai_socktype | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = FD(owning: try check("socket") { socket(address.ai_family, kind, 0) })
        let number = descriptor.number
        var limit = timeval(tv_sec: Limits.patienceSeconds, tv_usec: 0)
        for option in [SO_SNDTIMEO, SO_RCVTIMEO] {
            setsockopt(number, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        try check("connect") { connect(number, address.ai_addr, address.ai_addrlen) }
        return descriptor
    }

    private mutating func readHead() throws -> String {
        while true {
            let ends = buffer.indices.dropFirst(3)
            if let end = ends.first(where: { buffer[$0 - 3...$0].elementsEqual([13, 10, 13, 10]) }) {
                defer { buffer.removeFirst(end + 1) }
                return String(decoding: buffer[...end], as: UTF8.self)
            }
            guard try readMore(), buffer.count <= Limits.headBytes else { throw Refused(status: 0) }
        }
    }

    /// The descriptor to poll.
    var number: CInt { descriptor.number }

    /// Sends a text message.
    borrowing func send(text: [UInt8]) throws(SystemFailure) { try send(0x81, text) }
    /// Sends a binary message.
    borrowing func send(_ bytes: [UInt8]) throws(SystemFailure) { try send(0x82, bytes) }

    private borrowing func send(_ first: UInt8, _ payload: [UInt8]) throws(SystemFailure) {
        let mask = randomBytes(4)
        var frame: [UInt8] = [first]
        switch payload.count {
        case ..<126: frame.append(0x80 | UInt8(payload.count))
        case ..<65_536: frame += [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default: frame += [0xFF] + (0..<8).reversed().map { UInt8(payload.count >> (8 * $0) & 255) }
        }
        try descriptor.write(frame + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] })
    }

    /// Reads once; false at the end of the connection.
    private mutating func readMore() throws(SystemFailure) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let number = descriptor.number
        let count = try check("read") { read(number, &chunk, chunk.count) }
        buffer += chunk[..<count]
        return count > 0
    }

    /// The messages that are here now that the descriptor is ready; pings are answered.
    mutating func receive() throws(SystemFailure) -> [Message] {
        guard try readMore() else { return [.end(0)] }
        var messages: [Message] = []
        var start = 0
        defer { buffer.removeFirst(start) }
        while let (first, payload) = frame(&start) {
            switch first & 15 {
            case 1: messages.append(.text(Array(payload)))
            case 2: messages.append(.binary(Array(payload)))
            case 8: messages.append(.end(payload.prefix(2).reduce(0) { $0 << 8 | UInt16($1) }))
            case 9: try send(0x8A, Array(payload))
            default: break
            }
        }
        return messages
    }

    /// A whole frame behind `start`, which moves behind it.
    private func frame(_ start: inout Int) -> (first: UInt8, payload: ArraySlice<UInt8>)? {
        guard buffer.count >= start + 2 else { return nil }
        var (length, head) = (Int(buffer[start + 1] & 127), 2)
        if length >= 126 {
            head = length == 126 ? 4 : 10
            guard buffer.count >= start + head else { return nil }
            let bytes = buffer[start + 2..<start + head]
            length = bytes.reduce(0) { min($0 << 8 | Int($1), Limits.messageBytes) }
        }
        guard buffer.count >= start + head + length else { return nil }
        defer { start += head + length }
        return (buffer[start], buffer[start + head..<start + head + length])
    }
}
