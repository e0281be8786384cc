internal import CSandbox
internal import Glibc
internal import SystemKit

/// A run's writable files: one tmpfs with a size and an inode limit, shown as `/box` and `/tmp`.
///
/// Its `dev`, shown as `/dev`, is not writable, but no other run has these inodes: locks on them stay here.
/// Filled through its descriptor before the program exists, read through it after all processes are dead,
/// without ever following a link: nothing the program does can lead the reader elsewhere.
struct Workspace: Sendable {
    /// The tmpfs's root: `box/`, `tmp/` and `dev/` are in it. What is the run's is shown as ours here.
    let root: SharedFD
    /// Who gets what is made in it; nil when the kernel sees to that.
    let owner: uid_t?

    /// Inodes of the tmpfs that are ours: its root, the three directories, and what is in `dev`.
    static let ownInodes = 15

    /// Writes the files of a specification.
    func fill(_ files: [SandboxFile], from host: HostFiles) throws(SandboxFailure) {
        var made: Set = [Array("box".utf8)]
        for file in files {
            let path = "box/\(file.path)"
            try makeParents(of: path, &made)
            do { try write(file, from: host, to: path) } catch {
                throw .step("file \(file.path)", error)
            }
        }
    }

    /// Makes what per-run mounts below `/box` or `/tmp` are attached to; others use the template's own paths.
    func addMountPoints(_ host: HostFiles) throws(SandboxFailure) {
        let number = root.descriptor.number
        var made: Set = [Array("box".utf8), Array("tmp".utf8)]
        for tree in host.trees where tree.point != .exists {
            let path = String(tree.target.dropFirst())
            guard path.hasPrefix("box/") || path.hasPrefix("tmp/") else { continue }
            try makeParents(of: path + (tree.point == .directory ? "/." : ""), &made)
            guard tree.point == .file else { continue }
            _ = FD(owning: try step(path) { openat(number, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644) })
        }
    }

    /// Bytes are compared: texts that look the same may be two directories.
    private func makeParents(of path: String, _ made: inout Set<[UInt8]>) throws(SandboxFailure) {
        let number = root.descriptor.number
        var parent = ""
        for part in path.pathParts.dropLast() {
            parent += parent.isEmpty ? part : "/" + part
            guard made.insert(Array(parent.utf8)).inserted else { continue }
            try step("directory \(parent)") { mkdirat(number, parent, 0o755) }
            try step("directory \(parent)") { fchmodat(number, parent, 0o755, 0) }
            guard let owner else { continue }
            try step("directory \(parent)") { fchownat(number, parent, owner, owner, 0) }
        }
    }

    private func write(
        _ file: SandboxFile, from host: HostFiles, to path: String
    ) throws(SystemFailure) {
        let root = root.descriptor.number
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let target = FD(owning: try check("openat") { openat(root, path, flags, 0o600) })
        switch file.content {
        case .bytes(let bytes): try target.write(bytes)
        case .copy: try Self.copy(host.copies[file.path], to: target)
        case .bind: break
        }
        let number = target.number
        if let owner { try check("fchown") { fchown(number, owner, owner) } }
        try check("fchmod") { fchmod(number, mode_t(file.mode & 0o777)) }
    }

    /// `source` was opened with the others, before anything was made.
    private static func copy(_ source: SharedFD?, to target: borrowing FD) throws(SystemFailure) {
        guard let source else { throw SystemFailure(call: "open", errno: ENOENT) }
        let (from, to) = (source.descriptor.number, target.number)
        while try check("sendfile", { sendfile(to, from, nil, copyChunkBytes) }) > 0 {}
    }

    private static let copyChunkBytes = 1 << 20

    /// Whether the program left no block or no inode free.
    var isFull: Bool {
        var (blocks, inodes): (UInt64, UInt64) = (0, 0)
        return csb_free_space(root.descriptor.number, &blocks, &inodes) == 0 && (blocks == 0 || inodes == 0)
    }

    /// Reads the regular files below the box that a specification names; others, links and missing ones are
    /// left out.
    func collect(_ spec: SandboxSpec) -> (files: [CollectedFile], leftOut: Int) {
        var collector = Collector(
            root: root.descriptor.number, files: spec.collectedFiles,
            bytes: spec.collectedBytes ?? spec.limits.diskBytes)
        for pattern in spec.collect { collector.take(pattern) }
        return (collector.files, collector.leftOut)
    }
}
