/// A message that is not what the protocol says; the connection that sent it is closed.
package struct ProtocolFault: Error, Equatable {
    /// What is wrong, for people.
    package let detail: String

    init(_ detail: String) { self.detail = detail }
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
        try take(try count())
    }

    mutating func take(_ count: Int) throws(ProtocolFault) -> ArraySlice<UInt8> {
        guard count <= remaining else { throw ProtocolFault("the message ends early") }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// The length of a text in UTF-16 units, as clocks count it.
    mutating func textLength() throws(ProtocolFault) -> UInt64 {
        let text = try buffer()
        guard let valid = String(validating: text, as: UTF8.self) else {
            throw ProtocolFault("a text is not UTF-8")
        }
        return UInt64(valid.utf16.count)
    }

    mutating func text() throws(ProtocolFault) -> String {
        guard let text = String(validating: try buffer(), as: UTF8.self) else {
            throw ProtocolFault("a text is not UTF-8")
        }
        return text
    }

    /// Steps over a value of any kind (lib0 `any`).
    mutating func skipAny(depth: Int = 0) throws(ProtocolFault) {
        guard depth < Limits.anyDepth else { throw ProtocolFault("a value is nested too deeply") }
        switch try byte() {
        case 127, 126, 121, 120: return
        case 125: try skipSigned()
        case 124: _ = try take(4)
        case 123, 122: _ = try take(8)
        case 119: _ = try textLength()
        case 118:
            for _ in 0..<(try count()) {
                _ = try textLength()
                try skipAny(depth: depth + 1)
            }
        case 117: for _ in 0..<(try count()) { try skipAny(depth: depth + 1) }
        case 116: _ = try buffer()
        default: throw ProtocolFault("a value is of no known kind")
        }
    }

    private mutating func skipSigned() throws(ProtocolFault) {
        for _ in 0..<8 where try byte() < 0x80 { return }
        throw ProtocolFault("a number is too large")
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
