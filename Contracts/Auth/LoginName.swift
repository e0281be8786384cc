/// The name with which somebody signs in: ASCII only, so that no two of them look the same.
public struct LoginName: WireText {
    /// The name in lower case.
    public let text: String

    /// Checks a name: 3 to 64 of letters, digits and `. _ - @ +`, starting with a letter or digit; case
    /// does not count.
    /// - Throws: `WireFault`.
    public init(_ text: String) throws(WireFault) {
        guard (3...64).contains(text.utf8.count) else {
            throw WireFault(.wrongLength, "a login has 3 to 64 characters")
        }
        let lower = text.lowercased()
        guard lower.utf8.allSatisfy(Self.isPart),
            lower.utf8.first.map({ $0.isDigit || $0.isLowercaseLetter }) == true
        else {
            throw WireFault(
                .wrongFormat,
                "a login has letters, digits and . _ - @ + and starts with the former"
            )
        }
        self.text = lower
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        byte.isLowercaseLetter || byte.isDigit || "._-@+".utf8.contains(byte)
    }

    private init(unchecked text: String) { self.text = text }

    /// The value of a field that is about to be overwritten.
    public static let zero = LoginName(unchecked: "nobody")

    /// A short text.
    public static var schema: Schema {
        .text(
            Self.self,
            [JSONMember("pattern", "^[A-Za-z0-9][A-Za-z0-9._@+-]{2,63}$"), JSONMember("example", "ada")]
        )
    }
}

/// A password on its way in: it never shows itself.
public struct PasswordText: WireText {
    /// The password as it was typed.
    public let text: String

    /// Checks the length, 1 to 1024 bytes; what a new password must be beyond that is for the auth service
    /// to say.
    /// - Throws: `WireFault` (`.wrongLength`).
    public init(_ text: String) throws(WireFault) {
        guard (1...1024).contains(text.utf8.count) else {
            throw WireFault(.wrongLength, "a password has 1 to 1024 bytes")
        }
        self.text = text
    }

    private init(unchecked text: String) { self.text = text }

    /// The value of a field that is about to be overwritten.
    public static let zero = PasswordText(unchecked: "-")

    /// Says nothing.
    public var description: String { "<password>" }

    /// A secret text.
    public static var schema: Schema {
        .text(
            Self.self,
            [JSONMember("minLength", 1), JSONMember("maxLength", 1024), JSONMember("format", "password")]
        )
    }
}
