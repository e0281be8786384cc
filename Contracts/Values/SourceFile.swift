/// One file of a session or run.
public struct SourceFile: WireObject, Equatable {
    /// Where it lies, relative to the working directory.
    public var path = SourcePath.zero
    /// Its text, or its bytes in base64 when `encoding` says so.
    public var content = ""
    /// How `content` is to be read.
    public var encoding = ContentEncoding.utf8

    /// An empty file; for reading.
    public init() {}

    /// A text file.
    public init(_ path: SourcePath, _ content: String) {
        self.path = path
        self.content = content
    }

    /// path, content, encoding.
    public static let fields = Fields<SourceFile>(
        field("path", \.path, nil, "Relative path."),
        field("content", \.content, .length(0...ContractLimits.fileBytes), "Text, or base64."),
        defaulted("encoding", \.encoding, nil, "utf8 unless the file is binary."))
}

/// How bytes travel inside JSON.
public enum ContentEncoding: String, WireEnum {
    case utf8, base64
}

/// Bounds that clients meet, all in one place (design: API, limits).
public enum ContractLimits {
    /// Bytes of a JSON body.
    public static let bodyBytes = 1 << 20
    /// Bytes of one file's content inside JSON.
    public static let fileBytes = 1 << 20
    /// Bytes of all files of a session.
    public static let sessionBytes = 16 << 20
    /// Files that one run or compilation takes.
    public static let filesPerRun = 64
    /// Arguments of one program.
    public static let arguments = 64
    /// Bytes of standard input given with the request.
    public static let stdinBytes = 1 << 20
    /// Cases that one execution takes.
    public static let cases = 64
    /// Repetitions of one execution.
    public static let repetitions = 100
    /// Programs behind the first of a pipeline; each holds a sandbox of its own.
    public static let pipelineStages = 3
    /// Patterns of files to bring back.
    public static let collectPatterns = 16
    /// Files that one program brings back.
    public static let collectedFiles = 64
    /// Bytes of all files that one program brings back.
    public static let collectedBytes = 8 << 20
    /// Items of one page.
    public static let pageItems = 100
    /// Seconds that `Prefer: wait=` may ask for.
    public static let waitSeconds = 120
}
