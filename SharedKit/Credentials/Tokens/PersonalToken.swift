private import SystemKit

/// A token for a program of its owner: `ccp_`, 30 random characters (178 bits) and six of a checksum, so that
/// secret scanners can find leaked ones and nobody asks a database about a typo.
package struct PersonalToken: Sendable, Equatable, CustomStringConvertible {
    /// What every personal token starts with.
    package static let prefix = "ccp_"
    private static let randomCharacters = 30
    private static let checksumCharacters = 6
    private static let letters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// The token, shown to its owner once.
    package let text: String

    /// A token that was never there before; `random` gives bytes by the count.
    package static func make(random: (Int) -> [UInt8] = randomBytes) -> PersonalToken {
        var characters: [UInt8] = []
        while characters.count < randomCharacters {
            // Bytes from 248 on would make some letters likelier than others.
            characters += random(64).filter { $0 < 248 }.map { letters[Int($0) % 62] }
        }
        let body = prefix + String(decoding: characters.prefix(randomCharacters), as: UTF8.self)
        return PersonalToken(unchecked: body + checksum(body))
    }

    /// A token of the right form, or nil.
    package init?(_ text: String) {
        let count = Self.prefix.utf8.count + Self.randomCharacters
        guard text.utf8.count == count + Self.checksumCharacters, text.hasPrefix(Self.prefix),
            text.utf8.dropFirst(Self.prefix.utf8.count).allSatisfy(Self.letters.contains),
            text.suffix(Self.checksumCharacters) == Self.checksum(String(text.prefix(count)))
        else { return nil }
        self.text = text
    }

    private init(unchecked text: String) { self.text = text }

    /// What is stored in place of the token.
    package var digest: Digest { SHA256.hash(text) }

    /// The characters by which its owner recognises it: prefix and four more.
    package var hint: String { String(text.prefix(8)) }

    /// Only the hint, because descriptions end up in logs.
    package var description: String { "\(hint)…" }

    private static func checksum(_ text: String) -> String {
        var value = CRC32.checksum(text.utf8)
        var digits: [UInt8] = []
        for _ in 0..<checksumCharacters {
            digits.append(letters[Int(value % 62)])
            value /= 62
        }
        return String(decoding: digits.reversed(), as: UTF8.self)
    }
}
