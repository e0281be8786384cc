internal import Artifacts
internal import Contracts
internal import Sandbox

/// From what came out of the box to an artifact.
enum BuildProduct {
    /// How a built directory leaves the box, as one file.
    static let archive = "codecollab-artifact.tar"

    /// The build, and then the archive of its directory in an order and with times that depend on nothing.
    static func archiving(_ argv: [String], _ directory: String) -> [String] {
        let flags = "--format=ustar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner"
        let script = #""$@" && exec tar --create "# + "\(flags) --file=\(archive) --directory=\(directory) ."
        return ["/bin/sh", "-c", script, "sh"] + argv
    }

    /// - Throws: `ArtifactFailure`; `.empty` when the tool succeeded and made nothing, `.unfit` when it made
    ///   what the store does not take.
    static func store(
        _ result: SandboxResult, _ job: CompilerJob, into store: ArtifactStore
    ) throws(ArtifactFailure) -> StoredArtifact {
        guard let file = result.collected.first else { throw .empty }
        guard file.path == archive else { return try store.store(executable: file.bytes) }
        guard let files = TarReader.files(in: file.bytes) else {
            throw .unfit(
                "what was built has more than \(Limits.archiveFiles) files, or one whose path is no path of "
                    + "ours: at most 255 bytes, 8 parts deep")
        }
        return try store.store(files: files, entryPoint: job.entryPoint)
    }
}
