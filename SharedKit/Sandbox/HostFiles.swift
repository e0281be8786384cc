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
    /// What is shown read-only, and where.
    private(set) var trees: [Tree] = []

    /// A file or directory of the host's that we may read.
    struct Tree: Sendable {
        let opened: SharedFD
        let target: String
        /// Whether a mount point has to be made for it, and of which kind.
        let point: Point

        enum Point: Sendable { case exists, file, directory }
    }

    init(_ spec: SandboxSpec) throws(SandboxFailure) {
        for file in spec.files {
            guard case .copy(let source) = file.content else { continue }
            copies[file.path] = try Self.open("file", source)
        }
        for bind in spec.binds {
            let opened = try Self.open("file", bind.source)
            trees.append(Tree(opened: opened, target: "\(Sandbox.box)/\(bind.path)", point: .exists))
        }
        for mount in spec.mounts {
            let opened = try Self.open("mount", mount.source)
            var status = stat()
            let number = opened.descriptor.number
            try step("mount \(mount.source)") { fstat(number, &status) }
            let point: Tree.Point = status.st_mode & S_IFMT == S_IFDIR ? .directory : .file
            trees.append(Tree(opened: opened, target: mount.target, point: point))
        }
    }

    /// The descriptors of `trees`, in their order.
    var opened: [CInt] { trees.map { $0.opened.descriptor.number } }

    /// Not waiting for the other end of what turns out to be a pipe.
    private static func open(_ what: String, _ path: String) throws(SandboxFailure) -> SharedFD {
        try SharedFD("\(what) \(path)") { Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    }
}
