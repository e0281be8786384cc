import CRDTCore
import CollabService
import Contracts
import ServiceKit
import SystemKit
import TestSupport
import Testing

@Suite("Who hears what", .tags(.medium), .timeLimit(.minutes(8)))
struct FanoutTests {
    static func handshake(_ statement: String, _ document: String) -> String {
        "GET /v1/sessions/\(CollabHouse.session)/docs/\(document)/live HTTP/1.1\r\nHost: a\r\n"
            + "X-CC-Identity: \(statement)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    }

    /// Reads whole frames until `isLast` likes one or the connection ends.
    static func frames(
        _ socket: borrowing RawSocket, _ isLast: (UInt8, [UInt8]) throws -> Bool
    ) throws {
        var bytes: [UInt8] = []
        while true {
            var start = 0
            while let (head, size) = Self.head(bytes, start), bytes.count - start >= head + size {
                let payload = Array(bytes[start + head..<start + head + size])
                if try isLast(bytes[start] & 15, payload) { return }
                start += head + size
            }
            bytes.removeFirst(start)
            let piece = try socket.read(1 << 20)
            if piece.isEmpty { return }
            bytes += piece
        }
    }

    private static func head(_ bytes: [UInt8], _ start: Int) -> (head: Int, payload: Int)? {
        let count = bytes.count - start
        guard count >= 10 || count >= 2 && bytes[start + 1] < 126 else { return nil }
        switch bytes[start + 1] {
        case 126: return (4, Int(bytes[start + 2]) << 8 | Int(bytes[start + 3]))
        case 127: return (10, bytes[start + 2..<start + 10].reduce(0) { $0 << 8 | Int($1) })
        default: return (2, Int(bytes[start + 1]))
        }
    }

    /// The update inside a sync message, nil for other messages.
    private static func update(_ payload: [UInt8]) -> ArraySlice<UInt8>? {
        guard payload.count > 3, payload[0] == 0, payload[1] > 0 else { return nil }
        let length = payload.dropFirst(2).prefix { $0 >= 128 }.count + 1
        return payload[(2 + length)...]
    }

    @Test("a reader that stops reading costs little, and one difference brings it up to date")
    func slowReader() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let port = house.collab.port
            let request = Self.handshake(try house.statement("viewer Vic"), "big.txt")
            let goOn = try WakeUp()
            let expected = Locked("")
            async let heard = RawSocket.exchange(port: port) { socket in
                try socket.send(request)
                _ = try socket.read(until: "\r\n\r\n")
                _ = goOn.wait(atMost: .seconds(60))
                var document = Document(client: 1)
                let root = document.root("content")
                var bytes = 0
                try Self.frames(socket) { opcode, payload in
                    bytes += payload.count
                    guard opcode == 2, let update = Self.update(payload) else { return false }
                    _ = try document.apply(update.span)
                    return document.text(root) == Array(expected.snapshot.utf8)
                }
                return (bytes, document.text(root).count)
            }
            var random = Seeded(state: 3)
            var sent = 0
            let options = try house.options("editor Ada", document: "big.txt")
            for round in 0..<60 {
                let letters = (0..<300_000).map { _ in UInt8.random(in: 97...122, using: &random) }
                let text = "\(round) " + String(decoding: letters, as: UTF8.self)
                expected.withLock { $0 = text }
                _ = try await house.collab.client.call(CollabEndpoints.putText, TextDraft(text), options)
                sent += text.utf8.count
            }
            goOn.signal()
            let (bytes, length) = try await heard
            #expect(length == expected.snapshot.utf8.count)
            #expect(bytes < sent, "what was skipped was never sent")
        }
    }

    /// The codes with which a connection ended that sent `frames`, and whether it was denied in words before.
    private func ending(
        _ house: CollabHouse, _ statement: String, _ frames: [UInt8] = []
    ) async throws -> (code: UInt16, isDenied: Bool) {
        let request = Self.handshake(statement, "end.txt")
        return try await RawSocket.exchange(port: house.collab.port) { socket in
            try socket.send(request)
            _ = try socket.read(until: "\r\n\r\n")
            try socket.send(frames)
            var (code, isDenied) = (UInt16(0), false)
            try Self.frames(socket) { opcode, payload in
                if opcode == 2, payload.prefix(2) == [2, 0] { isDenied = true }
                guard opcode == 8, payload.count >= 2 else { return false }
                code = UInt16(payload[0]) << 8 | UInt16(payload[1])
                return true
            }
            return (code, isDenied)
        }
    }

    @Test("a connection does not outlive its token")
    func expiry() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            var identity = try Identity.tester("editor Ada")
            identity.credentialExpiresAtMilliseconds = Int(WallClock.system.now().milliseconds) + 1200
            let end = try await ending(house, house.collab.statement(of: identity))
            #expect(end == (4401, true))
        }
    }

    @Test("what is revoked ends the connections that came with it, and no other")
    func revocation() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let token = PersonalTokenID(milliseconds: 1, random: [UInt8](repeating: 1, count: 10))
            let other = PersonalTokenID(milliseconds: 1, random: [UInt8](repeating: 2, count: 10))
            let signIn = SignInID(milliseconds: 1, random: [UInt8](repeating: 3, count: 10))
            var (first, second, third) = (
                try Identity.tester("editor Ada"), try Identity.tester("viewer Vic"),
                try Identity.tester("editor Eve")
            )
            (first.personalTokenID, second.signInID, third.personalTokenID) = (token, signIn, other)
            let signed = [first, second, third].map(house.collab.statement)
            async let tokenEnd = ending(house, signed[0])
            async let signInEnd = ending(house, signed[1])
            async let otherEnd = ending(house, signed[2])
            try await house.connections(3, of: "end.txt")
            house.auth.revoke { $0.personalTokenID = token }
            #expect(try await tokenEnd == (4401, true))
            house.auth.revoke { $0.signInID = signIn }
            #expect(try await signInEnd == (4401, true))
            try await house.connections(1, of: "end.txt")
            house.auth.revoke { $0.personalTokenID = other }
            #expect(try await otherEnd == (4401, true))
        }
    }

    @Test("a flood of updates ends the connection, and so does one that is too large")
    func floods() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home, ["CODECOLLAB_UPDATES_PER_SECOND": "20"]) { house in
            let statement = try house.statement("editor Ada")
            let flood = (0..<100).flatMap { _ in FrameTests.frame(0x82, [0, 2, 2, 0, 0]) }
            #expect(try await ending(house, statement, flood).code == 4429)
            let large: [UInt8] = [0, 2, 0x80, 0x80, 0x60] + [UInt8](repeating: 0, count: 0x18_0000)
            #expect(try await ending(house, statement, FrameTests.frame(0x82, large)).code == 1009)
        }
    }

    @Test("who may not write is not heard, and not sent away for it")
    func readers() async throws {
        let home = try TemporaryDirectory()
        try await CollabHouse.open(home) { house in
            let insert: [UInt8] = [1, 1, 5, 0, 4, 1, 1, 116, 1, 120, 0]
            let frames =
                FrameTests.frame(0x82, [0, 2, UInt8(insert.count)] + insert)
                + FrameTests.frame(0x82, [0, 1, UInt8(insert.count)] + insert)
                + FrameTests.frame(0x88, [3, 232])
            for role in ["viewer Vic", "commenter Cy", "runner Ron"] {
                #expect(try await ending(house, house.statement(role), frames).code == 1000)
            }
            let list = try await house.collab.client.call(
                CollabEndpoints.documents, try house.options("viewer Vic"))
            #expect(list.items.allSatisfy { $0.sequence == 0 })
            #expect(try await ending(house, house.statement("editor Ada"), frames).code == 1000)
            let after = try await house.collab.client.call(
                CollabEndpoints.text, try house.options("viewer Vic", document: "end.txt"))
            #expect(after.sequence == 1)
        }
    }
}
