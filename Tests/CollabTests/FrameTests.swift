import NIOCore
import ServiceKit
import TestSupport
import Testing

/// What a WebSocket may and may not say: RFC 6455 as a table, in the manner of the Autobahn test suite.
@Suite("WebSocket frames", .tags(.small))
struct FrameTests {
    enum Expected: Equatable {
        case events([WebSocketEvent])
        case fault(WebSocketCloseCode)
    }

    struct Case: CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let expected: Expected
        var takesText = true
        var testDescription: String { name }

        init(_ name: String, _ bytes: [UInt8], _ expected: Expected, takesText: Bool = true) {
            self.name = name
            self.bytes = bytes
            self.expected = expected
            self.takesText = takesText
        }
    }

    static func frame(_ first: UInt8, _ payload: [UInt8], key: [UInt8] = [1, 2, 3, 4]) -> [UInt8] {
        let length: [UInt8] =
            switch payload.count {
            case ..<126: [0x80 | UInt8(payload.count)]
            case ..<65_536: [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
            default: [0xFF] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
            }
        return [first] + length + key + payload.enumerated().map { $1 ^ key[$0 % 4] }
    }

    static func close(_ code: Int, _ reason: [UInt8] = []) -> [UInt8] {
        frame(0x88, [UInt8(code >> 8), UInt8(code & 255)] + reason)
    }

    static let hello = Array("Hällo 🦉".utf8)

    static let sizes = [0, 1, 7, 8, 9, 125, 126, 127, 128, 65_535, 65_536, 70_001]
    static let messages: [Case] = sizes.flatMap { count in
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let text = [UInt8](repeating: 0x2A, count: count)
        return [
            Case("binary of \(count)", frame(0x82, bytes), .events([.message(bytes, isText: false)])),
            Case("text of \(count)", frame(0x81, text), .events([.message(text, isText: true)])),
        ]
    }

    static let pings: [Case] = [
        Case("ping without payload", frame(0x89, []), .events([.ping([])])),
        Case("ping with payload", frame(0x89, hello), .events([.ping(hello)])),
        Case("ping of binary", frame(0x89, [0, 255, 254]), .events([.ping([0, 255, 254])])),
        Case(
            "ping of 125 bytes", frame(0x89, [UInt8](repeating: 9, count: 125)),
            .events([.ping([UInt8](repeating: 9, count: 125))])),
        Case("ping of 126 bytes", frame(0x89, [UInt8](repeating: 9, count: 126)), .fault(.protocolError)),
        Case("unasked pong", frame(0x8A, []), .events([.pong])),
        Case("unasked pong with payload", frame(0x8A, hello), .events([.pong])),
        Case("pong, then ping", frame(0x8A, [1]) + frame(0x89, [2]), .events([.pong, .ping([2])])),
        Case(
            "ten pings", (0..<10).flatMap { frame(0x89, [$0]) },
            .events((0..<10).map { WebSocketEvent.ping([$0]) })),
        Case("ping in pieces", frame(0x09, [1]), .fault(.protocolError)),
        Case("pong in pieces", frame(0x0A, [1]), .fault(.protocolError)),
        Case("close in pieces", frame(0x08, [3, 232]), .fault(.protocolError)),
        Case("long pong", frame(0x8A, [UInt8](repeating: 9, count: 200)), .fault(.protocolError)),
        Case("long close", frame(0x88, [UInt8](repeating: 9, count: 126)), .fault(.protocolError)),
    ]

    static let reserved: [Case] = [
        Case("RSV1 on text", frame(0xC1, [65]), .fault(.protocolError)),
        Case("RSV2 on text", frame(0xA1, [65]), .fault(.protocolError)),
        Case("RSV3 on binary", frame(0x92, [65]), .fault(.protocolError)),
        Case("all RSV on ping", frame(0xF9, []), .fault(.protocolError)),
        Case("RSV1 on close", frame(0xC8, []), .fault(.protocolError)),
        Case("RSV after a good message", frame(0x82, [1]) + frame(0xC2, [1]), .fault(.protocolError)),
        Case("unmasked binary", [0x82, 1, 0], .fault(.protocolError)),
        Case("unmasked ping", [0x89, 0], .fault(.protocolError)),
        Case("unmasked close", [0x88, 2, 3, 232], .fault(.protocolError)),
    ] + ([3, 4, 5, 6, 7, 11, 12, 13, 14, 15] as [UInt8]).map {
        Case("opcode \($0)", frame(0x80 | $0, [1]), .fault(.protocolError))
    }

    static let fragments: [Case] = [
        Case(
            "text in two", frame(0x01, [72]) + frame(0x80, [105]),
            .events([.message([72, 105], isText: true)])),
        Case(
            "binary in three", frame(0x02, [1]) + frame(0x00, [2]) + frame(0x80, [3]),
            .events([.message([1, 2, 3], isText: false)])),
        Case(
            "empty pieces", frame(0x02, []) + frame(0x00, []) + frame(0x80, []),
            .events([.message([], isText: false)])),
        Case(
            "ping between pieces", frame(0x02, [1]) + frame(0x89, [7]) + frame(0x80, [2]),
            .events([.ping([7]), .message([1, 2], isText: false)])),
        Case(
            "close between pieces", frame(0x02, [1]) + close(1000), .events([.close(1000)])),
        Case("continuation of nothing", frame(0x80, [1]), .fault(.protocolError)),
        Case("unfinished continuation of nothing", frame(0x00, [1]), .fault(.protocolError)),
        Case("text inside a message", frame(0x02, [1]) + frame(0x81, [65]), .fault(.protocolError)),
        Case("binary inside a message", frame(0x01, [65]) + frame(0x82, [1]), .fault(.protocolError)),
        Case(
            "continuation behind the end", frame(0x02, [1]) + frame(0x80, [2]) + frame(0x80, [3]),
            .fault(.protocolError)),
        Case(
            "two messages in pieces",
            frame(0x02, [1]) + frame(0x80, [2]) + frame(0x01, [65]) + frame(0x80, [66]),
            .events([.message([1, 2], isText: false), .message([65, 66], isText: true)])),
        Case(
            "a character cut between pieces",
            frame(0x01, Array(hello.prefix(2))) + frame(0x80, Array(hello.dropFirst(2))),
            .events([.message(hello, isText: true)])),
        Case(
            "too many pieces", frame(0x02, []) + (0..<5000).flatMap { _ in frame(0x00, []) },
            .fault(.policyViolation)),
    ]

    static let text: [Case] = [
        Case("valid UTF-8", frame(0x81, hello), .events([.message(hello, isText: true)])),
        Case("truncated character", frame(0x81, [0xE2, 0x82]), .fault(.invalidPayload)),
        Case("surrogate", frame(0x81, [0xED, 0xA0, 0x80]), .fault(.invalidPayload)),
        Case("overlong", frame(0x81, [0xC0, 0xAF]), .fault(.invalidPayload)),
        Case("beyond Unicode", frame(0x81, [0xF4, 0x90, 0x80, 0x80]), .fault(.invalidPayload)),
        Case("lone continuation byte", frame(0x81, [0x80]), .fault(.invalidPayload)),
        Case(
            "invalid in pieces", frame(0x01, [0xCE]) + frame(0x80, [0x41]), .fault(.invalidPayload)),
        Case("text where none is spoken", frame(0x81, hello), .fault(.unsupportedData), takesText: false),
    ]

    static let closing: [Case] =
        [
            Case("close without code", frame(0x88, []), .events([.close(nil)])),
            Case("close with half a code", frame(0x88, [3]), .fault(.protocolError)),
            Case("close with a reason", close(1000, hello), .events([.close(1000)])),
            Case("longest reason", close(1000, [UInt8](repeating: 65, count: 123)), .events([.close(1000)])),
            Case("reason that is not UTF-8", close(1000, [0xCE, 0xBA, 0xE1]), .fault(.invalidPayload)),
            Case("message, then close", frame(0x82, [1]) + close(1001),
                .events([.message([1], isText: false), .close(1001)])),
        ]
        + [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999].map {
            Case("close \($0)", close($0), .events([.close(UInt16($0))]))
        }
        + [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map {
            Case("close \($0) must not be sent", close($0), .fault(.protocolError))
        }

    static let lengths: [Case] = [
        Case("16-bit length that fits 7", [0x82, 0xFE, 0, 5, 1, 2, 3, 4, 0], .fault(.protocolError)),
        Case("64-bit length that fits 16", [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 1, 0], .fault(.protocolError)),
        Case("negative length", [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0], .fault(.protocolError)),
        Case("beyond the limit", [0x82, 0xFF, 0, 0, 0, 0, 0, 0x20, 0, 0], .fault(.messageTooBig)),
        Case(
            "far beyond the limit", [0x82, 0xFF, 0x7F] + [UInt8](repeating: 255, count: 7),
            .fault(.messageTooBig)),
        Case(
            "beyond the limit in pieces",
            frame(0x02, [UInt8](repeating: 0, count: 600_000))
                + frame(0x80, [UInt8](repeating: 0, count: 600_000)), .fault(.messageTooBig)),
    ]

    static let all = messages + pings + reserved + fragments + text + closing + lengths

    @Test("are read as RFC 6455 demands, whole or byte by byte", arguments: all)
    func reads(_ one: Case) {
        for step in [one.bytes.count, 1, 3, 1000] where step > 0 && one.bytes.count / step < 3000 {
            #expect(Self.outcome(one, step) == one.expected)
        }
    }

    @Test("the table has at least sixty cases")
    func size() { #expect(Self.all.count >= 60) }

    private static func outcome(_ one: Case, _ step: Int) -> Expected {
        var reader = WebSocketReader(WebSocketLimits(messageBytes: 1 << 20, takesText: one.takesText))
        var events: [WebSocketEvent] = []
        do throws(WebSocketFault) {
            for start in stride(from: 0, to: one.bytes.count, by: step) {
                reader.feed(ByteBuffer(bytes: one.bytes[start..<min(start + step, one.bytes.count)]))
                while let event = try reader.next() { events.append(event) }
            }
        } catch {
            return .fault(error.code)
        }
        return .events(events)
    }

    @Test("random bytes never trap the reader", arguments: 0..<8)
    func noise(seed: UInt64) {
        var random = Seeded(state: seed &+ 5)
        for _ in 0..<3000 {
            var reader = WebSocketReader(WebSocketLimits(messageBytes: 1000, takesText: true))
            let count = Int.random(in: 0...60, using: &random)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            if count > 1 {
                bytes[0] &= 0x8F
                bytes[1] |= 0x80
            }
            reader.feed(ByteBuffer(bytes: bytes))
            do throws(WebSocketFault) {
                while try reader.next() != nil {}
            } catch {
                #expect(!error.reason.isEmpty)
            }
        }
    }
}
