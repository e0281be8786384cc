/// One thing that is wrong with a JSON text: where, which rule, and in words.
public struct WireFault: Error, Hashable, Sendable {
    /// The rule that was broken; stable, for machines.
    public enum Code: String, CaseIterable, Sendable {
        case malformedJSON = "malformed_json"
        case invalidUTF8 = "invalid_utf8"
        case tooDeep = "too_deep"
        case unknownField = "unknown_field"
        case missingField = "missing_field"
        case duplicateField = "duplicate_field"
        case wrongType = "wrong_type"
        case outOfRange = "out_of_range"
        case wrongLength = "wrong_length"
        case wrongFormat = "wrong_format"
        case notAllowed = "not_allowed"

        /// Whether the text itself is broken, so that reading cannot go on behind it.
        public var isSyntax: Bool {
            switch self {
            case .malformedJSON, .invalidUTF8, .tooDeep: true
            default: false
            }
        }
    }

    /// RFC 6901 JSON Pointer to the value, `""` for the whole text.
    public private(set) var pointer: String
    /// The rule that was broken.
    public let code: Code
    /// The rule in words, lower case, without the value (which may be secret).
    public let detail: String

    /// A fault at the value being read; callers further out add their names by `inside(_:)`.
    public init(_ code: Code, _ detail: String, pointer: String = "") {
        self.pointer = pointer
        self.code = code
        self.detail = detail
    }

    /// The same fault seen from the object or array that holds the value.
    func inside(_ name: String) -> WireFault {
        let escaped = name.contains(where: { $0 == "~" || $0 == "/" }) ? Self.escape(name) : name
        return WireFault(code, detail, pointer: "/\(escaped)\(pointer)")
    }

    /// RFC 6901 section 4: `~` is `~0`, `/` is `~1`.
    private static func escape(_ name: String) -> String {
        name.reduce(into: "") { text, character in
            switch character {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.append(character)
            }
        }
    }
}

/// Everything that is wrong with one JSON text, in reading order; at least one fault.
public struct WireFaults: Error, Hashable, Sendable {
    /// The faults, at most `WireLimits.faults`.
    public let all: [WireFault]

    /// Whether the text was not JSON at all (400), as opposed to JSON that breaks the contract (422).
    public var isSyntax: Bool { all.contains { $0.code.isSyntax } }

    /// - Precondition: `all` is not empty.
    public init(_ all: [WireFault]) {
        precondition(!all.isEmpty, "there is something wrong")
        self.all = all
    }
}

/// Bounds of reading JSON from outside.
public enum WireLimits {
    /// Nesting of objects and arrays; our deepest contract has 7.
    public static let depth = 32
    /// Faults reported for one text; the rest would repeat them.
    public static let faults = 16
    /// Bytes of one field name; our longest has 24.
    public static let nameBytes = 256
}
