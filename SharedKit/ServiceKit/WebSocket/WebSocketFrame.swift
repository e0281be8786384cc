package import NIOCore

/// Frames as a server sends them: unmasked, in one piece, made once for many connections.
package enum WebSocketFrame {
    /// A binary message.
    package static func binary(_ message: some Collection<UInt8>) -> ByteBuffer { frame(0x82, message) }
    /// A text message.
    package static func text(_ message: some Collection<UInt8>) -> ByteBuffer { frame(0x81, message) }

    /// The end, with a code and a reason of at most 123 bytes; no code when nil.
    static func close(_ code: UInt16?, _ reason: String = "") -> ByteBuffer {
        guard let code else { return frame(0x88, []) }
        var text = reason
        while text.utf8.count > 123 { text.removeLast() }
        return frame(0x88, [UInt8(code >> 8), UInt8(code & 255)] + Array(text.utf8))
    }

    static func frame(_ first: UInt8, _ payload: some Collection<UInt8>) -> ByteBuffer {
        var frame = ByteBuffer()
        frame.reserveCapacity(payload.count + 10)
        frame.writeInteger(first)
        switch payload.count {
        case ..<126: frame.writeInteger(UInt8(payload.count))
        case ..<65_536:
            frame.writeInteger(UInt8(126))
            frame.writeInteger(UInt16(payload.count))
        default:
            frame.writeInteger(UInt8(127))
            frame.writeInteger(UInt64(payload.count))
        }
        frame.writeBytes(payload)
        return frame
    }
}
