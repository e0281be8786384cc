/// The text of a document at one version.
public struct DocumentText: WireObject, Hashable {
    /// The document.
    public var name = DocumentName.zero
    /// The number of the last update in it, 0 for none.
    public var sequence = 0
    /// The whole text.
    public var text = ""
    /// Its length in UTF-16 units, which offsets of edits count.
    public var utf16Units = 0

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<DocumentText>(
        field("name", \.name), field("sequence", \.sequence), field("text", \.text),
        field("length_utf16", \.utf16Units))

    /// The name of a shared text inside a document.
    static let rootSchema = Schema.checked([
        JSONMember("type", "string"), JSONMember("minLength", 1), JSONMember("maxLength", 64),
        JSONMember("pattern", "^[A-Za-z0-9_.:-]+$"),
    ]) { text in
        let isPlain = text.utf8.allSatisfy { byte in
            byte.isDigit || byte.isLowercaseLetter || "_.:-".utf8.contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        }
        let isRoot = (1...64).contains(text.utf8.count) && isPlain
        return isRoot ? nil : WireFault(.wrongFormat, "expected 1 to 64 letters, digits or _ . : -")
    }
}

/// A whole text to be written.
public struct TextDraft: WireObject, Hashable {
    /// The text.
    public var text = ""

    /// For reading.
    public init() {}

    /// A text.
    public init(_ text: String) { self.text = text }

    /// text.
    public static let fields = Fields<TextDraft>(field("text", \.text, .length(0...(8 << 20))))
}

/// How offsets of edits are counted.
public enum TextUnit: String, WireEnum {
    /// UTF-16 units from the start, as editors in browsers count.
    case utf16
    /// Bytes of UTF-8 from the start, as compilers count.
    case utf8
    /// Lines from 0 and UTF-16 units in the line, as language servers count.
    case lines
}

/// Edits of a text, each counted on the result of the one before.
public struct TextPatch: WireObject, Hashable {
    /// How `start` and `end` are counted.
    public var unit = TextUnit.utf16
    /// The edits, in order.
    public var edits: [TextEdit] = []

    /// For reading.
    public init() {}

    /// Edits.
    public init(_ edits: [TextEdit], unit: TextUnit = .utf16) {
        self.edits = edits
        self.unit = unit
    }

    /// unit, edits.
    public static let fields = Fields<TextPatch>(
        defaulted("unit", \.unit), field("edits", \.edits, .count(1...1000)))
}

/// One range and what stands there afterwards.
public struct TextEdit: WireObject, Hashable {
    /// Where the range starts: an offset, or a line when the unit is `lines`.
    public var start = 0
    /// Where the range ends, exclusive: an offset, or a line when the unit is `lines`.
    public var end = 0
    /// With the unit `lines`: UTF-16 units before the start in its line.
    public var startColumn = 0
    /// With the unit `lines`: UTF-16 units before the end in its line.
    public var endColumn = 0
    /// What replaces the range.
    public var text = ""

    /// For reading.
    public init() {}

    /// An edit by offsets.
    public init(_ range: Range<Int>, _ text: String) {
        start = range.lowerBound
        end = range.upperBound
        self.text = text
    }

    /// The table.
    public static let fields = Fields<TextEdit>(
        field("start", \.start, .range(0...Int(Int32.max))), field("end", \.end, .range(0...Int(Int32.max))),
        defaulted("start_column", \.startColumn, .range(0...Int(Int32.max))),
        defaulted("end_column", \.endColumn, .range(0...Int(Int32.max))),
        field("text", \.text, .length(0...ContractLimits.fileBytes)))
}

/// Where a document stands after an update.
public struct DocumentState: WireObject, Hashable {
    /// The document.
    public var name = DocumentName.zero
    /// The number of the last durable update.
    public var sequence = 0
    /// Whether the update waits for something that the document has not got yet.
    public var isPending = false

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<DocumentState>(
        field("name", \.name), field("sequence", \.sequence), field("is_pending", \.isPending))
}
