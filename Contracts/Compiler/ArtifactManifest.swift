/// What a directory artifact holds. The artifact's digest is the SHA-256 of this manifest's JSON.
public struct ArtifactManifest: WireObject, Equatable {
    /// What is started: a class, a script; the meaning is the language's.
    public var entryPoint = ""
    /// The files, ordered by path.
    public var files: [ArtifactFile] = []

    /// For reading.
    public init() {}

    /// entry_point, files.
    public static let fields = Fields<ArtifactManifest>(
        field("entry_point", \.entryPoint, .length(0...255)), field("files", \.files))
}

/// One file of a directory artifact.
public struct ArtifactFile: WireObject, Equatable {
    /// Where it lies, relative to the directory.
    public var path = SourcePath.zero
    /// Its size.
    public var bytes = 0
    /// Its SHA-256.
    public var digest = Digest256.zero

    /// For reading.
    public init() {}

    /// path, bytes, digest.
    public static let fields = Fields<ArtifactFile>(
        field("path", \.path), field("bytes", \.bytes), field("digest", \.digest))
}
