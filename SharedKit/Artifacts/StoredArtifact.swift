package import Contracts

/// An artifact in the store.
package struct StoredArtifact: Sendable, Equatable {
    /// Its name: the SHA-256 of the file, or of a directory's manifest.
    package let digest: Digest256
    /// What it is.
    package let kind: ArtifactKind
    /// The executable file, or the directory; absolute, readable and executable by everybody, never changed.
    package let path: String
    /// What a directory artifact starts (a class, a script); nil for an executable.
    package let entryPoint: String?
    /// Size on disk.
    package let bytes: Int
}

/// A file on its way into a directory artifact.
package struct NewArtifactFile: Sendable {
    /// Where it shall lie, relative to the directory.
    package let path: SourcePath
    /// What it holds.
    package let bytes: [UInt8]

    /// A file.
    package init(path: SourcePath, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}

/// Why the store did not take or give something.
package enum ArtifactFailure: Error, Equatable, CustomStringConvertible {
    /// Larger than `ArtifactStore.Limits.artifactBytes`, or the whole store's quota.
    case tooLarge(bytes: Int)
    /// Nothing was made.
    case empty
    /// What was made cannot be kept as it is; says why.
    case unfit(String)
    /// The file system said no.
    case system(String)

    /// For people.
    package var description: String {
        switch self {
        case .tooLarge(let bytes): "an artifact of \(bytes) bytes is too large"
        case .empty: "nothing was made"
        case .unfit(let why): why
        case .system(let why): why
        }
    }
}
