internal import Contracts

/// Bytes as they travel inside JSON: text where they are UTF-8, base64 (RFC 4648 section 4) where they
/// are not.
enum EncodedBytes {
    static func encode(_ bytes: [UInt8]) -> (String, ContentEncoding) {
        if let text = String(validating: bytes, as: UTF8.self) { return (text, .utf8) }
        return (base64(bytes), .base64)
    }

    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func base64(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * (3 - UInt32(group.count)))
            for place in 0..<4 {
                let digit = digits[Int(value >> (18 - 6 * UInt32(place)) & 63)]
                text.append(place <= group.count ? digit : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Cuts a stream of bytes where characters end, so that pieces of text stay text.
struct CharacterCutter {
    private var held: [UInt8] = []

    /// What can be shown now; the beginning of a character that is not complete waits for its rest.
    mutating func take(_ bytes: [UInt8]) -> [UInt8] {
        let all = held + bytes
        let keep = Self.incompleteSuffix(all)
        held = Array(all.suffix(keep))
        return Array(all.dropLast(keep))
    }

    /// What is still held, at the end of the stream.
    mutating func finish() -> [UInt8] {
        defer { held = [] }
        return held
    }

    /// How many bytes at the end begin a character without completing it (at most 3; RFC 3629).
    private static func incompleteSuffix(_ bytes: [UInt8]) -> Int {
        for back in 1...3 where back <= bytes.count {
            let byte = bytes[bytes.count - back]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > back ? back : 0
        }
        return 0
    }
}
