/// Something a tool says about source text; one model for compilers, interpreters and analysers.
public struct Diagnostic: WireObject, Equatable {
    /// How bad it is.
    public enum Severity: String, WireEnum {
        case error, warning, note, hint
    }

    /// The file, if the tool named one of ours.
    public var path: SourcePath?
    /// How bad it is.
    public var severity = Severity.error
    /// The tool that says it, e.g. `gcc`.
    public var tool = ""
    /// The tool's name for the rule, e.g. `-Wunused-variable` or `E0382`.
    public var code: String?
    /// What it says.
    public var message = ""
    /// Where.
    public var range: SourceRange?
    /// What belongs to it.
    public var related: [RelatedNote] = []
    /// Changes that the tool proposes.
    public var fixes: [DiagnosticFix] = []

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Diagnostic>(
        field("path", \.path), field("severity", \.severity), field("tool", \.tool), field("code", \.code),
        field("message", \.message), field("range", \.range), defaulted("related", \.related),
        defaulted("fixes", \.fixes))
}

/// A part of a text.
public struct SourceRange: WireObject, Equatable {
    /// First line, from 1.
    public var line = 1
    /// First column, from 1, in UTF-16 units as editors count.
    public var column = 1
    /// Last line, from 1.
    public var endLine = 1
    /// Column behind the end, from 1, in UTF-16 units.
    public var endColumn = 1
    /// Bytes from the start of the file to the first character.
    public var startByte = 0
    /// Bytes from the start of the file to behind the last character.
    public var endByte = 0

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<SourceRange>(
        field("line", \.line), field("column", \.column), field("end_line", \.endLine),
        field("end_column", \.endColumn), field("start_byte", \.startByte), field("end_byte", \.endByte))
}

/// A remark that belongs to a diagnostic.
public struct RelatedNote: WireObject, Equatable {
    /// The file.
    public var path: SourcePath?
    /// What it says.
    public var message = ""
    /// Where.
    public var range: SourceRange?

    /// For reading.
    public init() {}

    /// path, message, range.
    public static let fields = Fields<RelatedNote>(
        field("path", \.path), field("message", \.message), field("range", \.range))
}

/// A change that a tool proposes: all edits together.
public struct DiagnosticFix: WireObject, Equatable {
    /// What it does, in words.
    public var title = ""
    /// The edits, in no order, not overlapping.
    public var edits: [SourceEdit] = []

    /// For reading.
    public init() {}

    /// title, edits.
    public static let fields = Fields<DiagnosticFix>(field("title", \.title), field("edits", \.edits))
}

/// A piece of text that replaces another.
public struct SourceEdit: WireObject, Equatable {
    /// The file.
    public var path = SourcePath.zero
    /// What is replaced; empty for an insertion.
    public var range = SourceRange()
    /// What stands there afterwards.
    public var text = ""

    /// For reading.
    public init() {}

    /// path, range, text.
    public static let fields = Fields<SourceEdit>(
        field("path", \.path), field("range", \.range), field("text", \.text))
}
