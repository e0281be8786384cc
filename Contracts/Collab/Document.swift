/// The name of a live document inside its session, e.g. `main.py`; `src~main.py` is the file `src/main.py`.
public struct DocumentName: WireText {
    /// Letters, digits, `.`, `_`, `-`, `~`; 1 to 100 bytes, the first a letter, digit or `_`.
    public let text: String

    /// Checks the form.
    /// - Throws: `WireFault` (`.wrongFormat`).
    public init(_ text: String) throws(WireFault) {
        let isPlain = text.utf8.allSatisfy { Self.isLetterOrDigit($0) || "._-~".utf8.contains($0) }
        guard (1...100).contains(text.utf8.count), isPlain, let first = text.utf8.first,
            Self.isLetterOrDigit(first) || first == UInt8(ascii: "_")
        else {
            throw WireFault(.wrongFormat, "a document's name has 1 to 100 of: A-Z a-z 0-9 . _ - ~")
        }
        self.text = text
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        byte.isLowercaseLetter || byte.isDigit || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private init(unchecked text: String) { self.text = text }

    /// The document of a session's file: `~` stands for `/`; nil when the path has other characters.
    public init?(file path: SourcePath) {
        do throws(WireFault) {
            try self.init(String(path.text.map { $0 == "/" ? "~" : $0 }))
        } catch {
            return nil
        }
    }

    /// The session's file of this name; nil when it would be no path.
    public var file: SourcePath? {
        do throws(WireFault) {
            return try SourcePath(String(text.map { $0 == "~" ? "/" : $0 }))
        } catch {
            return nil
        }
    }

    /// The value of a field that is about to be overwritten.
    public static let zero = DocumentName(unchecked: "main")

    /// A short name.
    public static var schema: Schema {
        .text(
            Self.self,
            [JSONMember("pattern", "^[A-Za-z0-9_][A-Za-z0-9._~-]{0,99}$"), JSONMember("example", "main.py")])
    }
}

/// A live document.
public struct LiveDocument: WireObject, Hashable {
    /// Its name inside the session.
    public var name = DocumentName.zero
    /// The number of the last durable update, 0 for none.
    public var sequence = 0
    /// Bytes of all updates.
    public var bytes = 0
    /// Connections to it now.
    public var connections = 0
    /// When the last update came.
    public var updatedAt: Instant?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<LiveDocument>(
        field("name", \.name), field("sequence", \.sequence), field("total_bytes", \.bytes),
        field("connections", \.connections), field("updated_at", \.updatedAt))
}

/// The documents of a session.
public struct DocumentList: WireObject, Hashable {
    /// Ordered by name.
    public var items: [LiveDocument] = []

    /// For reading.
    public init() {}

    /// A list.
    public init(items: [LiveDocument]) { self.items = items }

    /// items.
    public static let fields = Fields<DocumentList>(field("items", \.items))
}
