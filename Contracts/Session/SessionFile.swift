/// A file of a session, without its content.
public struct FileEntry: WireObject, Equatable {
    /// Where it lies.
    public var path = SourcePath.zero
    /// The SHA-256 of its bytes; the ETag.
    public var digest = Digest256.zero
    /// Its size, bytes.
    public var bytes = 0
    /// How its content travels.
    public var encoding = ContentEncoding.utf8
    /// When it was last written.
    public var updatedAt = Instant.zero
    /// Who wrote it.
    public var updatedBy = UserID.zero

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<FileEntry>(
        field("path", \.path), field("digest", \.digest), field("total_bytes", \.bytes),
        field("encoding", \.encoding), field("updated_at", \.updatedAt), field("updated_by", \.updatedBy))
}

/// The content of a file that is written; its path stands in the request's.
public struct FileDraft: WireObject, Equatable {
    /// Text, or base64.
    public var content = ""
    /// How `content` is to be read.
    public var encoding = ContentEncoding.utf8

    /// For reading.
    public init() {}

    /// A text file.
    public init(content: String) { self.content = content }

    /// content, encoding.
    public static let fields = Fields<FileDraft>(
        field("content", \.content, .length(0...ContractLimits.fileBytes), "Text, or base64."),
        defaulted("encoding", \.encoding))
}
