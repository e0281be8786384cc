internal import Contracts
private import Glibc
internal import SystemKit

/// Keeps what compilers make, named by content, in a directory that the executor reads too.
///
/// An artifact appears at once and whole (written aside, made durable, renamed) and is never changed.
/// When the store grows beyond its quota, what was not used for longest goes first.
package final class ArtifactStore: Sendable {
    /// Bounds of the store.
    package enum Limits {
        /// Bytes of one artifact: a static Go or Rust program with symbols has 10 MB.
        package static let artifactBytes = 128 << 20
        /// Bytes of all artifacts, unless the operator says otherwise.
        package static let quotaBytes = 2 << 30
        /// Bytes of a manifest: 10,000 files.
        package static let manifestBytes = 4 << 20
        /// What was used this recently stays, because a program may be about to start from it.
        package static let graceSeconds = 300
    }

    /// The way to find artifacts.
    package let reader: ArtifactReader
    private let quotaBytes: Int
    private let graceSeconds: Int
    private let usedBytes: Locked<Int>

    /// Opens or makes the store and removes what a crash left half written. One writer per directory.
    /// - Throws: `ArtifactFailure.system` when the directory cannot be made or read.
    package init(
        directory: String, quotaBytes: Int = Limits.quotaBytes, graceSeconds: Int = Limits.graceSeconds
    ) throws(ArtifactFailure) {
        precondition(quotaBytes > 0, "a store holds something")
        self.quotaBytes = quotaBytes
        self.graceSeconds = graceSeconds
        reader = ArtifactReader(directory: directory)
        let incoming = "\(directory)/incoming"
        do {
            try Tree.make(incoming)
            for name in try DirectoryListing.names(in: incoming) { Tree.remove("\(incoming)/\(name)") }
            usedBytes = Locked(try StoreContents.list(directory).reduce(0) { $0 + $1.bytes })
        } catch {
            throw .system(error.description)
        }
    }

    /// Bytes of all artifacts.
    package var bytes: Int { usedBytes.snapshot }

    /// Stores an executable file. Storing what is there already only notes its use.
    /// - Throws: `ArtifactFailure`.
    package func store(executable bytes: [UInt8]) throws(ArtifactFailure) -> StoredArtifact {
        try checkSize(bytes.count)
        let digest = ContentDigest.of(bytes)
        if let present = reader.find(digest) { return present }
        let temporary = newIncoming()
        do {
            try Tree.write(bytes, to: temporary, mode: 0o555)
            try publish(temporary, as: reader.place(of: digest))
        } catch {
            throw .system(error.description)
        }
        return try stored(digest, bytes.count)
    }

    /// Stores a directory.
    /// - Throws: `ArtifactFailure`.
    package func store(
        files: [NewArtifactFile], entryPoint: String
    ) throws(ArtifactFailure) -> StoredArtifact {
        guard !files.isEmpty else { throw .empty }
        let size = files.reduce(0) { $0 + $1.bytes.count }
        try checkSize(size)
        let manifest = Self.manifest(files, entryPoint).encode()
        let digest = ContentDigest.of(manifest)
        if let present = reader.find(digest) { return present }
        let temporary = newIncoming()
        do {
            for file in files {
                try Tree.write(file.bytes, to: "\(temporary)/files/\(file.path.text)", mode: 0o444)
            }
            try Tree.write(manifest, to: "\(temporary)/manifest.json", mode: 0o444)
            try publish(temporary, as: "\(reader.place(of: digest)).dir")
        } catch {
            throw .system(error.description)
        }
        return try stored(digest, size)
    }

    private static func manifest(_ files: [NewArtifactFile], _ entryPoint: String) -> ArtifactManifest {
        ArtifactManifest.with { manifest in
            manifest.entryPoint = entryPoint
            manifest.files = files.sorted { $0.path < $1.path }.map { file in
                .with {
                    $0.path = file.path
                    $0.bytes = file.bytes.count
                    $0.digest = ContentDigest.of(file.bytes)
                }
            }
        }
    }

    private func checkSize(_ bytes: Int) throws(ArtifactFailure) {
        if bytes > min(Limits.artifactBytes, quotaBytes) { throw .tooLarge(bytes: bytes) }
    }

    private func newIncoming() -> String {
        let name = randomBytes(12).map { String($0, radix: 16) }.joined()
        return "\(reader.directory)/incoming/\(name)"
    }

    /// Moves a finished tree to its place; losing a race against the same content is no loss.
    private func publish(_ temporary: String, as place: String) throws(SystemFailure) {
        do {
            try Tree.makeParent(of: place)
            try check("rename") { rename(temporary, place) }
            try FileBytes.syncDirectory(of: place)
        } catch {
            Tree.remove(temporary)
            if error.errno != ENOTEMPTY && error.errno != EEXIST { throw error }
        }
    }

    private func stored(_ digest: Digest256, _ bytes: Int) throws(ArtifactFailure) -> StoredArtifact {
        if usedBytes.withLock({
            $0 += bytes
            return $0 > quotaBytes
        }) {
            evict()
        }
        guard let artifact = reader.find(digest) else {
            throw .system("the artifact vanished while it was stored")
        }
        return artifact
    }

    /// Removes what was not used for longest until a tenth of the quota is free.
    private func evict() {
        let contents =
            ignoring("without a listing nothing is evicted; the next store tries again") {
                try StoreContents.list(reader.directory)
            } ?? []
        var total = contents.reduce(0) { $0 + $1.bytes }
        let now = Int(WallClock.system.now().milliseconds / 1000)
        for item in contents.sorted(by: { $0.usedAt < $1.usedAt }) where total > quotaBytes / 10 * 9 {
            if now - item.usedAt < graceSeconds { break }
            Tree.remove(item.path)
            total -= item.bytes
        }
        usedBytes.withLock { $0 = total }
    }
}
