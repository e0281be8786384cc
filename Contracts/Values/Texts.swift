/// A path of a file inside a session or run: relative, `/`-separated, no way out.
public struct SourcePath: WireText, Comparable {
    /// The path, e.g. `src/main.c`.
    public let text: String

    /// Parses a path: 1 to 255 bytes, at most 8 parts of 1 to 100 bytes without control characters or
    /// backslash, none of them `.` or `..`.
    /// - Throws: `WireFault`.
    public init(_ text: String) throws(WireFault) {
        guard (1...255).contains(text.utf8.count) else {
            throw WireFault(.wrongLength, "a path has 1 to 255 bytes")
        }
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count <= 8 else { throw WireFault(.wrongFormat, "a path is at most 8 parts deep") }
        guard parts.allSatisfy({ Self.isPart($0) }) else {
            throw WireFault(
                .wrongFormat,
                "a path is relative: parts of 1 to 100 bytes, not . or .., no backslash or control character")
        }
        self.text = text
    }

    private static func isPart(_ part: Substring.UTF8View) -> Bool {
        let isDots = part.elementsEqual(".".utf8) || part.elementsEqual("..".utf8)
        return (1...100).contains(part.count) && !isDots
            && part.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }
    }

    private init(unchecked text: String) { self.text = text }

    /// The value of a field that is about to be overwritten.
    public static let zero = SourcePath(unchecked: "main")

    /// The part behind the last slash.
    public var name: String {
        String(decoding: text.utf8.split(separator: UInt8(ascii: "/")).last ?? ""[...].utf8, as: UTF8.self)
    }

    /// The text behind the last dot of the name, lower case, or nil.
    public var fileExtension: String? {
        let pieces = name.split(separator: ".", omittingEmptySubsequences: false)
        return pieces.count > 1 ? pieces.last.map { $0.lowercased() } : nil
    }

    /// Ordered by bytes.
    public static func < (left: SourcePath, right: SourcePath) -> Bool { left.text < right.text }

    /// A relative path.
    public static var schema: Schema {
        .text(
            Self.self,
            [
                JSONMember("minLength", 1), JSONMember("maxLength", 255), JSONMember("example", "src/main.c"),
                JSONMember(
                    "pattern",
                    .string(#"^(?!\.{1,2}(/|$))[^/\\\u0000-\u001f\u007f]{1,100}"#
                            + #"(/(?!\.{1,2}(/|$))[^/\\\u0000-\u001f\u007f]{1,100}){0,7}$"#)
                ),
            ])
    }
}

/// A name that people see: of a member, a session, a token.
public struct DisplayName: WireText {
    /// The name, without spaces at its ends.
    public let text: String

    /// Checks a name: 1 to 80 characters, at most 320 bytes, no control characters, no space at the ends.
    /// - Throws: `WireFault`.
    public init(_ text: String) throws(WireFault) {
        guard (1...80).contains(text.unicodeScalars.count), text.utf8.count <= 320 else {
            throw WireFault(.wrongLength, "a name has 1 to 80 characters")
        }
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        guard isPlain, text.first?.isWhitespace == false, text.last?.isWhitespace == false else {
            throw WireFault(.wrongFormat, "a name has no control characters and no space at its ends")
        }
        self.text = text
    }

    private init(unchecked text: String) { self.text = text }

    /// The value of a field that is about to be overwritten.
    public static let zero = DisplayName(unchecked: "unnamed")
    /// What a session is called whose maker gave it no name.
    public static let untitled = DisplayName(unchecked: "Untitled")

    /// A short text.
    public static var schema: Schema {
        .text(
            Self.self,
            [
                JSONMember("minLength", 1), JSONMember("maxLength", 80),
                JSONMember(
                    "pattern",
                    .string(#"^[^\s\u0000-\u001f\u007f-\u009f]"#
                            + #"([^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f])?$"#)
                ),
            ])
    }
}

/// The SHA-256 of something, in 64 lower-case hex digits.
public struct Digest256: WireText {
    /// 64 hex digits.
    public let text: String

    /// Parses 64 lower-case hex digits.
    /// - Throws: `WireFault` (`.wrongFormat`).
    public init(_ text: String) throws(WireFault) {
        let isHex = text.utf8.allSatisfy {
            $0.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
        guard text.utf8.count == 64, isHex else {
            throw WireFault(.wrongFormat, "expected 64 lower-case hex digits of a SHA-256")
        }
        self.text = text
    }

    private init(unchecked text: String) { self.text = text }

    /// The value of a field that is about to be overwritten: all zero.
    public static let zero = Digest256(unchecked: String(repeating: "0", count: 64))

    /// 64 hex digits.
    public static var schema: Schema { .text(Self.self, [JSONMember("pattern", "^[0-9a-f]{64}$")]) }
}

/// The short name of a programming language, e.g. `python` or `c`.
public struct LanguageID: WireText {
    /// Lower-case letters, digits, `+`, `-`, `.`, `#`; 1 to 32 bytes.
    public let text: String

    /// Checks the form, not whether the language is there.
    /// - Throws: `WireFault` (`.wrongFormat`).
    public init(_ text: String) throws(WireFault) {
        let isPlain = text.utf8.allSatisfy { $0.isLowercaseLetter || $0.isDigit || "+-.#".utf8.contains($0) }
        guard (1...32).contains(text.utf8.count), isPlain else {
            throw WireFault(.wrongFormat, "a language has 1 to 32 of: a-z 0-9 + - . #")
        }
        self.text = text
    }

    private init(unchecked text: String) { self.text = text }

    /// The value of a field that is about to be overwritten.
    public static let zero = LanguageID(unchecked: "text")

    /// A short name.
    public static var schema: Schema {
        .text(Self.self, [JSONMember("pattern", "^[a-z0-9+.#-]{1,32}$"), JSONMember("example", "python")])
    }
}

/// One argument or environment value of a program: any text without NUL, at most 4 KiB.
public struct ProgramArgument: WireText {
    /// The text.
    public let text: String

    /// Checks length and NUL, which a C string cannot hold.
    /// - Throws: `WireFault`.
    public init(_ text: String) throws(WireFault) {
        guard text.utf8.count <= 4096 else {
            throw WireFault(.wrongLength, "an argument has at most 4096 bytes")
        }
        guard !text.utf8.contains(0) else { throw WireFault(.wrongFormat, "an argument has no NUL") }
        self.text = text
    }

    /// A text without NUL.
    public static var schema: Schema {
        .text(Self.self, [JSONMember("maxLength", 4096), JSONMember("pattern", #"^[^\u0000]*$"#)])
    }
}
