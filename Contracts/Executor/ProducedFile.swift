/// Which files a program leaves behind are brought back: a relative path in which `*` stands for any part of
/// a name, `?` for one byte of it, and `**` for any number of directories.
public struct CollectPattern: WireText {
    /// The pattern, e.g. `out/*.png`.
    public let text: String

    /// Checks a pattern: the rules of `SourcePath`, stars and question marks among the names.
    /// - Throws: `WireFault`.
    public init(_ text: String) throws(WireFault) {
        self.text = try SourcePath(text).text
    }

    /// A relative path.
    public static var schema: Schema { SourcePath.schema }
}

/// A file that a program left behind.
public struct ProducedFile: WireObject, Equatable {
    /// Where it lay, relative to the working directory.
    public var path = ""
    /// Its text, or its bytes in base64 where they are not UTF-8.
    public var content = ""
    /// How `content` is to be read.
    public var encoding = ContentEncoding.utf8
    /// Its size.
    public var bytes = 0
    /// Whether one of its execute bits is set.
    public var isExecutable = false

    /// For reading.
    public init() {}

    /// path, content, encoding, bytes, executable.
    public static let fields = Fields<ProducedFile>(
        field("path", \.path), field("content", \.content), field("encoding", \.encoding),
        field("bytes", \.bytes), field("executable", \.isExecutable))
}
