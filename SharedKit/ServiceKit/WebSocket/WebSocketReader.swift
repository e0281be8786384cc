package import NIOCore

/// What a peer said, frame borders gone.
package enum WebSocketEvent: Equatable, Sendable {
    /// A whole message.
    case message([UInt8], isText: Bool)
    /// Asks for a pong with the same bytes.
    case ping([UInt8])
    /// Answers a ping of ours, or just says that it is there.
    case pong
    /// The peer wants to end; the code is nil when it gave none.
    case close(UInt16?)
}

/// Reads what a client sends over a WebSocket: RFC 6455 5, 7.4 and 8.1, every MUST of them.
///
/// A value without effects: bytes go in piece by piece, events come out.
package struct WebSocketReader {
    private let limits: WebSocketLimits
    /// Bytes that are not a whole frame yet.
    private var buffer: ByteBuffer?
    /// The message so far, when it comes in several frames.
    private var partial: Partial?

    private struct Partial {
        var bytes: [UInt8]
        let isText: Bool
        var frames = 1
    }

    /// A reader at the beginning of a connection.
    package init(_ limits: WebSocketLimits) { self.limits = limits }

    /// Takes the next bytes of the connection.
    package mutating func feed(_ bytes: ByteBuffer) {
        if buffer == nil {
            buffer = bytes
        } else {
            buffer?.writeImmutableBuffer(bytes)
        }
    }

    /// The next event, nil when more bytes are needed.
    /// - Throws: `WebSocketFault` for what a client must not send; nothing more can be read then.
    package mutating func next() throws(WebSocketFault) -> WebSocketEvent? {
        while let frame = try nextFrame() {
            if let event = try take(frame) { return event }
        }
        return nil
    }

    private struct Head {
        let isFinal: Bool
        let opcode: UInt8
        let headBytes: Int
        let payloadBytes: Int

        var isControl: Bool { opcode >= 8 }
    }

    private struct Frame {
        let head: Head
        let payload: [UInt8]
    }

    private mutating func nextFrame() throws(WebSocketFault) -> Frame? {
        // Given up while it is changed, so that it changes in place.
        guard var bytes = buffer else { return nil }
        guard let head = try head(bytes) else { return nil }
        guard bytes.readableBytes >= head.headBytes + head.payloadBytes else {
            return nil
        }
        buffer = nil
        bytes.moveReaderIndex(forwardBy: head.headBytes - 4)
        let key = bytes.readInteger(endianness: .little, as: UInt32.self) ?? 0
        let payload = Self.unmasked(bytes, head.payloadBytes, key)
        bytes.moveReaderIndex(forwardBy: head.payloadBytes)
        if bytes.readableBytes > 0 { buffer = bytes }
        return Frame(head: head, payload: payload)
    }

    /// Reads and judges a frame's head, as soon as its first two bytes are there.
    private func head(_ bytes: ByteBuffer) throws(WebSocketFault) -> Head? {
        let start = bytes.readerIndex
        guard let first: UInt8 = bytes.getInteger(at: start),
            let second: UInt8 = bytes.getInteger(at: start + 1)
        else { return nil }
        try check(first, second)
        let short = Int(second & 0x7F)
        let lengthBytes = short == 126 ? 2 : short == 127 ? 8 : 0
        guard let length = try Self.length(short, bytes, start + 2) else { return nil }
        try checkLength(length, isControl: first & 8 != 0)
        return Head(
            isFinal: first & 0x80 != 0, opcode: first & 15, headBytes: 6 + lengthBytes, payloadBytes: length)
    }

    private func check(_ first: UInt8, _ second: UInt8) throws(WebSocketFault) {
        let opcode = first & 15
        guard first & 0x70 == 0 else { throw WebSocketFault(.protocolError, "reserved bits are set") }
        guard second & 0x80 != 0 else { throw WebSocketFault(.protocolError, "a client's frame is masked") }
        switch opcode {
        case 0:
            if partial == nil { throw WebSocketFault(.protocolError, "nothing is there to continue") }
        case 1, 2:
            if partial != nil { throw WebSocketFault(.protocolError, "a message inside a message") }
            if opcode == 1, !limits.takesText {
                throw WebSocketFault(.unsupportedData, "binary messages are spoken here")
            }
        case 8, 9, 10:
            guard first & 0x80 != 0 else {
                throw WebSocketFault(.protocolError, "a control frame comes in one piece")
            }
            guard second & 0x7F <= 125 else {
                throw WebSocketFault(.protocolError, "a control frame has at most 125 bytes")
            }
        default: throw WebSocketFault(.protocolError, "a frame of no known kind")
        }
    }

    private static func length(
        _ short: Int, _ bytes: ByteBuffer, _ index: Int
    ) throws(WebSocketFault) -> Int? {
        switch short {
        case 126:
            guard let length: UInt16 = bytes.getInteger(at: index) else { return nil }
            guard length >= 126 else { throw WebSocketFault(.protocolError, "a length is not the shortest") }
            return Int(length)
        case 127:
            guard let length: UInt64 = bytes.getInteger(at: index) else { return nil }
            guard length >= 1 << 16, length < 1 << 63 else {
                throw WebSocketFault(.protocolError, "a length is not the shortest, or negative")
            }
            return Int(length)
        default: return short
        }
    }

    private func checkLength(_ length: Int, isControl: Bool) throws(WebSocketFault) {
        let before = isControl ? 0 : partial?.bytes.count ?? 0
        guard length <= limits.messageBytes - before else {
            throw WebSocketFault(.messageTooBig, "a message has at most \(limits.messageBytes) bytes")
        }
    }

    private mutating func take(_ frame: Frame) throws(WebSocketFault) -> WebSocketEvent? {
        switch frame.head.opcode {
        case 8: return .close(try Self.closeCode(frame.payload))
        case 9: return .ping(frame.payload)
        case 10: return .pong
        default: return try takeData(frame)
        }
    }

    private mutating func takeData(_ frame: Frame) throws(WebSocketFault) -> WebSocketEvent? {
        guard var message = partial else {
            let isText = frame.head.opcode == 1
            if frame.head.isFinal { return try Self.message(frame.payload, isText) }
            partial = Partial(bytes: frame.payload, isText: isText)
            return nil
        }
        partial = nil
        message.bytes += frame.payload
        message.frames += 1
        if frame.head.isFinal { return try Self.message(message.bytes, message.isText) }
        guard message.frames < limits.framesPerMessage else {
            throw WebSocketFault(.policyViolation, "a message comes in too many frames")
        }
        partial = message
        return nil
    }

    private static func message(_ bytes: [UInt8], _ isText: Bool) throws(WebSocketFault) -> WebSocketEvent {
        if isText, String(validating: bytes, as: UTF8.self) == nil {
            throw WebSocketFault(.invalidPayload, "a text is not UTF-8")
        }
        return .message(bytes, isText: isText)
    }

    /// RFC 6455 5.5.1: nothing, or a code and a reason in UTF-8.
    private static func closeCode(_ payload: [UInt8]) throws(WebSocketFault) -> UInt16? {
        guard !payload.isEmpty else { return nil }
        guard payload.count >= 2 else { throw WebSocketFault(.protocolError, "half a close code") }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        guard WebSocketCloseCode.mayBeSent(code) else {
            throw WebSocketFault(.protocolError, "a close code that must not be sent")
        }
        guard String(validating: payload[2...], as: UTF8.self) != nil else {
            throw WebSocketFault(.invalidPayload, "a close reason is not UTF-8")
        }
        return code
    }

    /// The payload without its mask, eight bytes at a time.
    private static func unmasked(_ bytes: ByteBuffer, _ count: Int, _ key: UInt32) -> [UInt8] {
        bytes.withUnsafeReadableBytes { source in
            [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
                let wide = UInt64(key) | UInt64(key) << 32
                let target = UnsafeMutableRawBufferPointer(target)
                var index = 0
                while index + 8 <= count {
                    let word = source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    target.storeBytes(
                        of: UInt64(littleEndian: word) ^ wide, toByteOffset: index, as: UInt64.self)
                    index += 8
                }
                while index < count {
                    target[index] = source[index] ^ UInt8(truncatingIfNeeded: key >> (8 * UInt32(index & 3)))
                    index += 1
                }
                initialized = count
            }
        }
    }
}
