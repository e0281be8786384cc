/// The key under which a POST is done once, however often it is sent.
public struct IdempotencyKey: WireText {
    /// 1 to 255 visible ASCII characters.
    public let text: String

    /// Checks a key.
    /// - Throws: `WireFault` (`.wrongFormat`).
    public init(_ text: String) throws(WireFault) {
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy(\.isVisible) else {
            throw WireFault(.wrongFormat, "expected 1 to 255 visible ASCII characters")
        }
        self.text = text
    }

    /// A short text.
    public static var schema: Schema {
        .text(
            Self.self,
            [
                JSONMember("minLength", 1), JSONMember("maxLength", 255),
                JSONMember("pattern", #"^[\x21-\x7e]+$"#),
            ])
    }
}

/// The number of an event in its stream, as a text.
public struct EventNumber: WireText {
    /// 1 to 18 digits.
    public let text: String
    /// The number.
    public let value: Int

    /// Parses 1 to 18 digits.
    /// - Throws: `WireFault` (`.wrongFormat`).
    public init(_ text: String) throws(WireFault) {
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy(\.isDigit), let value = Int(text)
        else {
            throw WireFault(.wrongFormat, "expected the id of an event, a whole number")
        }
        self.text = text
        self.value = value
    }

    /// Digits.
    public static var schema: Schema { .text(Self.self, [JSONMember("pattern", "^[0-9]{1,18}$")]) }
}

/// The entity tags of a conditional request (RFC 9110 13.1.1), as they came.
public struct EntityTagList: WireText {
    /// 1 to 200 ASCII characters, visible at both ends.
    public let text: String

    /// Checks length and characters; which tags match is for the one who has the resource to say.
    /// - Throws: `WireFault` (`.wrongFormat`).
    public init(_ text: String) throws(WireFault) {
        let isPlain = text.utf8.allSatisfy { $0.isVisible || $0 == UInt8(ascii: " ") }
        guard isPlain, (1...200).contains(text.utf8.count), text.utf8.first?.isVisible == true,
            text.utf8.last?.isVisible == true
        else { throw WireFault(.wrongFormat, "expected entity tags of 1 to 200 visible characters") }
        self.text = text
    }

    /// Tags, or `*`.
    public static var schema: Schema {
        .text(
            Self.self,
            [
                JSONMember("maxLength", 200),
                JSONMember("pattern", #"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$"#),
            ])
    }
}

/// Where a page of a list starts; opaque.
public struct PageCursor: WireText {
    /// At most 512 letters, digits, dashes and underscores.
    public let text: String

    /// Checks length and characters; whether there is such a page is for the list to say.
    /// - Throws: `WireFault` (`.wrongLength`, `.wrongFormat`).
    public init(_ text: String) throws(WireFault) {
        guard text.utf8.count <= 512 else {
            throw WireFault(.wrongLength, "a cursor has at most 512 characters")
        }
        let isPlain = text.utf8.allSatisfy {
            $0.isDigit || $0.isLowercaseLetter || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
        if !isPlain { throw WireFault(.wrongFormat, "expected the next_cursor of a page") }
        self.text = text
    }

    /// A short text.
    public static var schema: Schema {
        .text(
            Self.self, [JSONMember("maxLength", 512), JSONMember("pattern", "^[A-Za-z0-9_-]*$")])
    }
}

/// The name of a trace (W3C Trace Context 3.2.2.3).
public struct TraceName: WireText {
    /// 32 lower-case hex digits, not all zero.
    public let text: String

    /// Parses a trace id.
    /// - Throws: `WireFault` (`.wrongFormat`).
    public init(_ text: String) throws(WireFault) {
        let isHex = text.utf8.allSatisfy {
            $0.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
        guard text.utf8.count == 32, isHex, text.utf8.contains(where: { $0 != UInt8(ascii: "0") }) else {
            throw WireFault(.wrongFormat, "expected 32 lower-case hex digits, not all zero")
        }
        self.text = text
    }

    /// 32 hex digits.
    public static var schema: Schema {
        .text(Self.self, [JSONMember("pattern", "^(?!0{32}$)[0-9a-f]{32}$")])
    }
}

extension UInt8 {
    fileprivate var isVisible: Bool { (0x21...0x7E).contains(self) }
}

/// A Yjs state vector in a query: base64url (RFC 4648 5) without padding; empty means that nothing is known.
public struct StateVectorText: WireText {
    /// Up to 4,096 characters: some 300 clients, and what a request line may hold.
    public let text: String

    /// Checks the alphabet; what the bytes mean is for the document's engine to say.
    /// - Throws: `WireFault` (`.wrongFormat`).
    public init(_ text: String) throws(WireFault) {
        let isInAlphabet = text.utf8.allSatisfy {
            $0.isDigit || $0.isLowercaseLetter || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
        guard text.utf8.count <= 4_096, isInAlphabet, text.utf8.count % 4 != 1 else {
            throw WireFault(.wrongFormat, "expected base64url without padding")
        }
        self.text = text
    }

    /// The base64url alphabet.
    public static var schema: Schema {
        .text(
            Self.self,
            [
                JSONMember("maxLength", 4_096),
                JSONMember("pattern", "^([A-Za-z0-9_-]{4})*([A-Za-z0-9_-]{2,3})?$"),
            ])
    }
}
