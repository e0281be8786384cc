internal import CSandbox
internal import Glibc
internal import SystemKit

/// An open descriptor with many owners; closed when the last one goes.
final class SharedFD: Sendable {
    let descriptor: FD

    init(_ descriptor: consuming FD) { self.descriptor = descriptor }

    init(_ name: String, _ open: () -> CInt) throws(SandboxFailure) {
        descriptor = FD(owning: try step(name, open))
    }
}

/// What a run takes from the host's file system, opened where that is visible.
struct HostFiles: Sendable {
    /// Files to copy, by their path in the box.
    private(set) var copies: [String: SharedFD] = [:]
    /// Detached read-only clones, and where they go.
    private(set) var trees: [Tree] = []

    /// A clone of a path of the host's.
    struct Tree: Sendable {
        let tree: SharedFD
        let target: String
        /// Whether a mount point has to be made for it, and of which kind.
        let point: Point

        enum Point: Sendable { case exists, file, directory }
    }

    init(_ spec: SandboxSpec) throws(SandboxFailure) {
        for file in spec.files {
            guard case .copy(let source) = file.content else { continue }
            copies[file.path] = try SharedFD("file \(source)") { open(source, O_RDONLY | O_CLOEXEC) }
        }
        for bind in spec.binds {
            let tree = try SharedFD("file \(bind.source)") { csb_clone_tree(bind.source) }
            trees.append(Tree(tree: tree, target: "\(Sandbox.box)/\(bind.path)", point: .exists))
        }
        for mount in spec.mounts {
            let tree = try SharedFD("mount \(mount.source)") { csb_clone_tree(mount.source) }
            var status = stat()
            let number = tree.descriptor.number
            try step("mount \(mount.source)") { fstat(number, &status) }
            let point: Tree.Point = status.st_mode & S_IFMT == S_IFDIR ? .directory : .file
            trees.append(Tree(tree: tree, target: mount.target, point: point))
        }
    }
}
