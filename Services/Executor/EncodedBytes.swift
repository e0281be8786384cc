internal import Contracts
private import ServiceKit
private import SystemKit

/// Bytes as they travel inside JSON: text where they are UTF-8, base64 (RFC 4648 section 4) where they
/// are not.
enum EncodedBytes {
    static func encode(_ bytes: [UInt8]) -> (String, ContentEncoding) {
        if let text = String(validating: bytes, as: UTF8.self) { return (text, .utf8) }
        return (Base64.encode(bytes), .base64)
    }

    /// The same for files: control characters make them base64, too, because JSON writes each in six bytes.
    static func encode(file bytes: [UInt8]) -> (String, ContentEncoding) {
        let isText = bytes.allSatisfy { $0 >= 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        return isText ? encode(bytes) : (Base64.encode(bytes), .base64)
    }

    /// The bytes again; nothing for base64 that is none.
    static func decode(_ content: String, _ encoding: ContentEncoding) -> [UInt8] {
        let file = SourceFile.with {
            $0.content = content
            $0.encoding = encoding
        }
        return ignoring("what was encoded here can be decoded") { try file.bytes() } ?? []
    }

    /// What others' clients send as base64: whatever is no digit is skipped (Ruby's `decode64`).
    static func decodeLoosely(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 4 * 3)
        var (bits, count): (UInt32, Int) = (0, 0)
        for character in text.utf8 {
            guard let digit = values[Int(character)] else { continue }
            bits = bits << 6 | UInt32(digit)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }

    /// Lines of 60 characters, each with its end (Ruby's `encode64`).
    static func base64Lines(_ bytes: [UInt8]) -> String {
        stride(from: 0, to: bytes.count, by: 45)
            .map { Base64.encode(Array(bytes[$0..<min($0 + 45, bytes.count)])) + "\n" }.joined()
    }

    private static let values: [UInt8?] = {
        var values = [UInt8?](repeating: nil, count: 256)
        for (value, digit) in Base64.digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()
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
