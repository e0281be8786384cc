package import Contracts
private import Glibc
private import SystemKit

/// Finds artifacts that another process stored.
///
/// Layout below the directory: `ab/abcd…` is an executable, `ab/abcd….dir/` a directory artifact with
/// `manifest.json` and `files/`; `incoming/` holds what is being written and is nobody else's business.
package struct ArtifactReader: Sendable {
    /// Where the artifacts lie.
    package let directory: String

    /// A view of a store, which need not exist yet.
    package init(directory: String) { self.directory = directory }

    /// The artifact of this name, or nil when it is not (or no longer) there. Notes that it was used.
    package func find(_ digest: Digest256) -> StoredArtifact? {
        let place = place(of: digest)
        var status = stat()
        if lstat(place, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
            noteUse(place, status)
            return StoredArtifact(
                digest: digest, kind: .executable, path: place, entryPoint: nil, bytes: Int(status.st_size))
        }
        return findDirectory(digest, "\(place).dir")
    }

    private func findDirectory(_ digest: Digest256, _ place: String) -> StoredArtifact? {
        var status = stat()
        guard lstat(place, &status) == 0, let manifest = manifest(of: digest) else { return nil }
        noteUse(place, status)
        return StoredArtifact(
            digest: digest, kind: .directory, path: "\(place)/files", entryPoint: manifest.entryPoint,
            bytes: manifest.files.reduce(0) { $0 + $1.bytes })
    }

    /// The table of contents of a directory artifact, or nil.
    package func manifest(of digest: Digest256) -> ArtifactManifest? {
        let file = "\(place(of: digest)).dir/manifest.json"
        guard access(file, R_OK) == 0 else { return nil }
        return ignoring("it was evicted this moment: as good as not there") {
            try ArtifactManifest.decode(FileBytes.read(file, atMost: ArtifactStore.Limits.manifestBytes))
        }
    }

    func place(of digest: Digest256) -> String { "\(directory)/\(digest.text.prefix(2))/\(digest.text)" }

    /// Eviction goes by modification time, which is written at most once a minute.
    private func noteUse(_ place: String, _ status: stat) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        if now.tv_sec - status.st_mtim.tv_sec > 60 { utimensat(AT_FDCWD, place, nil, AT_SYMLINK_NOFOLLOW) }
    }
}
