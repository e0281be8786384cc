private import SystemKit

/// Keeps secrets out of everything that is written about a request.
package enum Redaction {
    /// What stands in the place of a secret.
    package static let mark = "[redacted]"

    private static let words: Set<String> = [
        "authorization", "cookie", "cookies", "token", "tokens", "password", "passwords", "passwd", "secret",
        "secrets", "key", "keys", "apikey", "credential", "credentials", "signature",
    ]
    /// Where a secret starts inside a text: bearer tokens, personal tokens, JSON web tokens.
    private static let markers = ["Bearer ", "bearer ", "Basic ", "ccp_", "eyJ"].map { Array($0.utf8) }

    /// Whether a value under this name is a secret: one of its words says so (`apiKey`, `set-cookie`).
    package static func hides(_ name: String) -> Bool {
        judged.withLock { judged in
            if let known = judged[name] { return known }
            let isSecret = judge(name)
            if judged.count < Limits.judgedNames { judged[name] = isSecret }
            return isSecret
        }
    }

    /// Names come from our own code, so they are few and come again with every record.
    private static let judged = Locked([String: Bool]())

    private static func judge(_ name: String) -> Bool {
        var word = ""
        var previousIsLower = false
        for character in name {
            let isBoundary = !character.isLetter || (character.isUppercase && previousIsLower)
            if isBoundary {
                if words.contains(word) { return true }
                word = ""
            }
            if character.isLetter { word += character.lowercased() }
            previousIsLower = character.isLowercase
        }
        return words.contains(word)
    }

    /// The text without tokens, and at most `limit` bytes of it.
    package static func clean(_ text: String, limit: Int) -> String {
        var text = text
        if text.utf8.count > limit {
            text = String(decoding: text.utf8.prefix(limit), as: UTF8.self) + "…"
        }
        let bytes = Array(text.utf8)
        guard markers.contains(where: { bytes.firstRange(of: $0) != nil }) else { return text }
        return String(decoding: masked(bytes), as: UTF8.self)
    }

    private static func masked(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if let marker = markers.first(where: { bytes[index...].starts(with: $0) }) {
                var end = index + marker.count
                while end < bytes.count, isTokenByte(bytes[end]) { end += 1 }
                if end - index - marker.count >= 8 {
                    result += Array(mark.utf8)
                    index = end
                    continue
                }
            }
            result.append(bytes[index])
            index += 1
        }
        return result
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "-._~+/=".utf8.contains(byte)
        }
    }
}

extension [UInt8] {
    fileprivate func firstRange(of pattern: [UInt8]) -> Range<Int>? {
        guard count >= pattern.count, let first = pattern.first else { return nil }
        for index in 0...(count - pattern.count) where self[index] == first {
            if self[index..<index + pattern.count].elementsEqual(pattern) {
                return index..<index + pattern.count
            }
        }
        return nil
    }
}
