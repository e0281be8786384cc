extension SourceFile {
    /// The file's bytes, whatever the encoding.
    /// - Throws: `WireFault` (`.wrongFormat`) when `content` is not the base64 (RFC 4648 4) it should be.
    public func bytes() throws(WireFault) -> [UInt8] {
        switch encoding {
        case .utf8: return Array(content.utf8)
        case .base64:
            guard let bytes = Self.decode(Array(content.utf8)) else {
                throw WireFault(.wrongFormat, "the content is not base64", pointer: "/content")
            }
            return bytes
        }
    }

    /// Strict: padded to whole groups of four, nothing else between, no bits left over.
    private static func decode(_ text: [UInt8]) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        let padding = text.suffix(2).count { $0 == UInt8(ascii: "=") }
        if padding == 2 && text.last != UInt8(ascii: "=") { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var bits: UInt32 = 0
        var count = 0
        for character in text.dropLast(padding) {
            guard let value = value(of: character) else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
                bits &= (1 << UInt32(count)) - 1
            }
        }
        return bits == 0 ? bytes : nil
    }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a") + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0") + 52)
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
