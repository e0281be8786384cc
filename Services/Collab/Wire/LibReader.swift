package import ServiceKit

/// A message that is not what the protocol says; the connection that sent it is closed.
package struct ProtocolFault: Error, Equatable {
    /// With what code.
    package let code: WebSocketCloseCode
    /// What is wrong, for people.
    package let detail: String

    init(_ detail: String, _ code: WebSocketCloseCode = .invalidPayload) {
        self.detail = detail
        self.code = code
    }
}

/// Reads lib0's encodings (github.com/dmonad/lib0, encoding.js) from bytes that nobody vouches for.
struct LibReader {
    private let bytes: ArraySlice<UInt8>
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    var remaining: Int { bytes.endIndex - position }

    mutating func byte() throws(ProtocolFault) -> UInt8 {
        guard position < bytes.endIndex else { throw ProtocolFault("the message ends early") }
        defer { position += 1 }
        return bytes[position]
    }

    /// Seven bits a byte, least significant first, at most 2^53 - 1.
    mutating func unsigned() throws(ProtocolFault) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 56, by: 7) {
            let byte = try byte()
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                guard value < 1 << 53 else { break }
                return value
            }
        }
        throw ProtocolFault("a number is too large")
    }

    /// A count of things of at least one byte each.
    mutating func count() throws(ProtocolFault) -> Int {
        let value = try unsigned()
        guard value <= UInt64(remaining) else { throw ProtocolFault("a count is larger than what follows") }
        return Int(value)
    }

    /// Bytes with their length in front.
    mutating func buffer() throws(ProtocolFault) -> ArraySlice<UInt8> {
        let count = try count()
        defer { position += count }
        return bytes[position..<position + count]
    }
}

/// Writes lib0's encodings.
struct LibWriter {
    private(set) var bytes: [UInt8] = []

    mutating func unsigned(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func byte(_ byte: UInt8) { bytes.append(byte) }

    mutating func buffer(_ buffer: some Collection<UInt8>) {
        unsigned(UInt64(buffer.count))
        bytes += buffer
    }
}
