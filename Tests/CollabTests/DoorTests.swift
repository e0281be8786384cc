import CollabService
import Contracts
import NIOCore
import NIOHTTP1
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite("The door of a live document", .tags(.medium), .timeLimit(.minutes(8)))
struct DoorTests {
    static let live = "/v1/sessions/\(CollabHouse.session)/docs/main.py/live"

    private func handshake(_ path: String, _ statement: String?, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n" + (statement.map { "X-CC-Identity: \($0)\r\n" } ?? "")
            + (fields.isEmpty
                ? "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                : fields) + "\r\n"
    }

    @Test("accepts the handshake of RFC 6455 and greets with a question")
    func accepts() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let request = handshake(Self.live, try house.statement("editor Ada"))
            let answer = try await RawSocket.exchange(port: house.collab.port) { socket in
                try socket.send(request)
                return try socket.read(until: "\r\n\r\n")
            }
            #expect(answer.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
            #expect(answer.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
        }
    }

    @Test(
        "lets nobody in who should not be",
        arguments: [
            ("stranger Eve", live, 403), (nil, live, 401),
            ("editor Ada", "/v1/sessions/ses_01J9Z3K4M5N6P7Q8R9S0T1V2W4/docs/main.py/live", 404),
            ("editor Ada", "/v1/sessions/\(CollabHouse.session)/docs/..%2Fx/live", 422),
            ("editor Ada", "/v1/sessions/\(CollabHouse.session)/docs/.x/live", 422),
        ] as [(String?, String, Int)])
    func refuses(name: String?, path: String, status: Int) async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let request = handshake(path, try name.map { try house.statement($0) })
            let answer = try await RawSocket.exchange(port: house.collab.port) { socket in
                try socket.send(request)
                return try socket.readToEnd()
            }
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.contains("application/problem+json"))
        }
    }

    @Test("wants a whole handshake")
    func incomplete() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let request = handshake(Self.live, try house.statement("editor Ada"), "Connection: close\r\n")
            let answer = try await RawSocket.exchange(port: house.collab.port) { socket in
                try socket.send(request)
                return try socket.readToEnd()
            }
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
        }
    }

    struct Bad: CustomTestStringConvertible {
        let name: String
        let frames: [UInt8]
        let code: UInt16
        var testDescription: String { name }
    }

    static func masked(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
        precondition(payload.count < 126)
        let mask: [UInt8] = [1, 2, 3, 4]
        return [first, 0x80 | UInt8(payload.count)] + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    static let bad = [
        Bad(name: "an unmasked frame", frames: [0x82, 1, 0], code: 1002),
        Bad(name: "a text frame", frames: masked(0x81, [65]), code: 1003),
        Bad(name: "a reserved bit", frames: masked(0xC2, [3]), code: 1002),
        Bad(name: "an unknown opcode", frames: masked(0x83, [3]), code: 1002),
        Bad(name: "a continuation of nothing", frames: masked(0x80, [3]), code: 1002),
        Bad(name: "a message inside a message", frames: masked(0x02, [3]) + masked(0x82, [3]), code: 1002),
        Bad(
            name: "an oversize frame", frames: [0x82, 0xFF, 0, 0, 0, 0, 2, 0, 0, 0, 1, 2, 3, 4], code: 1009
        ),
        Bad(name: "an unknown message", frames: masked(0x82, [9]), code: 1007),
        Bad(name: "an empty message", frames: masked(0x82, []), code: 1007),
        Bad(name: "an update that is cut off", frames: masked(0x82, [0, 2, 3, 1, 1, 1]), code: 1007),
        Bad(
            name: "an update with a count beyond its end", frames: masked(0x82, [0, 2, 2, 0x7F, 0]),
            code: 1007),
        Bad(name: "awareness that is cut off", frames: masked(0x82, [1, 2, 1, 1]), code: 1007),
        Bad(name: "a state vector that is cut off", frames: masked(0x82, [0, 0, 1, 5]), code: 1007),
        Bad(name: "a denial, which only the server says", frames: masked(0x82, [2, 0, 1, 65]), code: 1007),
        Bad(name: "five ids", frames: masked(0x82, ids(5)), code: 1008),
        Bad(
            name: "an awareness state of 17 KiB",
            frames: FrameTests.frame(0x82, [1, 0x86, 0x88, 1, 1, 9, 1, 0x80, 0x88, 1] + spaces), code: 1009),
        Bad(name: "a close", frames: masked(0x88, [3, 232]), code: 1000),
        Bad(name: "a close without a code", frames: masked(0x88, []), code: 0),
    ]

    private static let spaces = [UInt8](repeating: 32, count: 17_408)

    /// An awareness message with so many ids.
    private static func ids(_ count: UInt8) -> [UInt8] {
        let entries = (1...count).flatMap { [$0, 1, 2, 0x5B, 0x5D] as [UInt8] }
        return [1, UInt8(entries.count + 1), count] + entries
    }

    @Test("refuses handshakes with broken keys, and names the version that is spoken")
    func handshakes() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let statement = try house.statement("editor Ada")
            let start = "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            let version = "Sec-WebSocket-Version: 13\r\n"
            for fields in [
                start + version, start + version + "Sec-WebSocket-Key: short\r\n",
                start + version + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ?==\r\n",
                start + version + key + key, start + key + "Sec-WebSocket-Version: 8\r\n",
                "Upgrade: h2c\r\nConnection: Upgrade\r\n" + version + key,
            ] {
                let request = handshake(Self.live, statement, fields)
                let answer = try await RawSocket.exchange(port: house.collab.port) { socket in
                    try socket.send(request)
                    return try socket.readToEnd()
                }
                #expect(answer.hasPrefix("HTTP/1.1 400 "))
                #expect(answer.contains("Sec-WebSocket-Version: 13") == fields.contains(": 8"))
            }
        }
    }

    @Test("closes with the right code", arguments: bad)
    func closes(_ bad: Bad) async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let request = handshake(Self.live, try house.statement("editor Ada"))
            let code = try await RawSocket.exchange(port: house.collab.port) { socket in
                try socket.send(request)
                _ = try socket.read(until: "\r\n\r\n")
                try socket.send(bad.frames)
                return try Self.closeCode(socket)
            }
            #expect(code == bad.code)
        }
    }

    /// Reads frames until the closing one.
    private static func closeCode(_ socket: borrowing RawSocket) throws -> UInt16 {
        var bytes: [UInt8] = []
        while true {
            if let close = bytes.firstIndex(of: 0x88), bytes.count >= close + 4 {
                return UInt16(bytes[close + 2]) << 8 | UInt16(bytes[close + 3])
            }
            let piece = try socket.read()
            if piece.isEmpty { return 0 }
            bytes += piece
        }
    }

    @Test("answers pings and takes messages in pieces")
    func pieces() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let request = handshake(Self.live, try house.statement("editor Ada"))
            let frames = Self.masked(0x02, [0]) + Self.masked(0x89, [7, 7]) + Self.masked(0x80, [0, 1, 0])
            let (pong, step2): ([UInt8], [UInt8]) = ([0x8A, 2, 7, 7], [0x82, 5, 0, 1, 2, 0, 0])
            let answer = try await RawSocket.exchange(port: house.collab.port) { socket in
                try socket.send(request)
                _ = try socket.read(until: "\r\n\r\n")
                try socket.send(frames)
                var bytes: [UInt8] = []
                while !bytes.contains(pong) || !bytes.contains(step2), case let piece = try socket.read(),
                    !piece.isEmpty
                {
                    bytes += piece
                }
                return bytes
            }
            #expect(answer.contains(pong) && answer.contains(step2))
        }
    }
}
