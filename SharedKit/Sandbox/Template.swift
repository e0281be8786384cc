internal import CSandbox
internal import Glibc
internal import SystemKit

/// The root file system that every sandbox starts from, built once in a namespace of its own.
///
/// A clone of that thread copies the namespace, so a run mounts only what is its own. All of it is read-only;
/// nothing of the host but these paths exists there.
struct Template {
    /// Shown where they exist: programs, libraries, and what those look up in `/etc`.
    private static let systemPaths = [
        "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/alternatives", "/etc/ld.so.cache",
        "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/java-17-openjdk", "/etc/java-21-openjdk", "/etc/php",
        "/etc/perl", "/etc/python3", "/etc/python3.11", "/etc/ssl/openssl.cnf", "/etc/mime.types",
        "/etc/localtime", "/etc/ghc", "/etc/gprofng.rc",
    ]
    /// Toolchains outside the system's directories.
    private static let toolchainPaths = [
        "/opt/swift", "/opt/node", "/opt/java", "/opt/go", "/opt/hostedtoolcache",
    ]
    /// The same below the home directory: version managers of people.
    private static let homePaths = [".pyenv/versions", ".rustup/toolchains", ".nvm/versions"]
    private static let writable = ["/box", "/tmp", "/proc", "/mnt"]
    private static let files = [
        "/etc/passwd": "root:x:0:0:root:/:/bin/false\nsandbox:x:65534:65534:sandbox:/box:/bin/sh\n",
        "/etc/group": "root:x:0:\nsandbox:x:65534:\n",
        "/etc/hosts": "127.0.0.1 localhost sandbox\n",
        "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    ]
    private static let links = ["/var/tmp": "/tmp"]
    /// While the root is being built it is here.
    private static let stage = "/mnt"

    /// What programs see of the host.
    private(set) var visible: [String] = []

    /// Turns the calling thread's file system into the template. Cannot be undone.
    init(mounts: [ReadOnlyMount]) throws(SandboxFailure) {
        let home = getenv("HOME").map { String(cString: $0) } ?? "/root"
        let homes = Self.homePaths.map { "\(home)/\($0)" }
        let paths = (Self.systemPaths + Self.toolchainPaths + homes).map { ReadOnlyMount(source: $0) }
        let trees = try Self.cloneTrees(paths + mounts)
        try step("namespace") { csb_template_begin() }
        for directory in Self.writable + ["/etc", "/dev", "/var", "/root"] {
            try Self.makeDirectories(Self.stage + directory)
        }
        for tree in trees { try attach(tree) }
        try Self.fill()
        try step("root") { csb_template_seal("sandbox") }
    }

    /// What to show of the host: a tree, or a link of the same name.
    private final class Tree {
        let target: String
        let link: String?
        let isDirectory: Bool
        let clone: SharedFD?

        init(target: String, link: String?, isDirectory: Bool, clone: SharedFD?) {
            self.target = target
            self.link = link
            self.isDirectory = isDirectory
            self.clone = clone
        }
    }

    /// Cloned before the stage hides anything. What does not exist is left out.
    private static func cloneTrees(_ mounts: [ReadOnlyMount]) throws(SandboxFailure) -> [Tree] {
        var trees: [Tree] = []
        for mount in mounts {
            var status = stat()
            let isShown = trees.contains {
                $0.target == mount.target || mount.target.hasPrefix("\($0.target)/")
            }
            guard !isShown, lstat(mount.source, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFLNK, mount.source == mount.target, isSystemLink(mount.source) {
                trees.append(
                    Tree(target: mount.target, link: link(mount.source), isDirectory: false, clone: nil))
                continue
            }
            guard stat(mount.source, &status) == 0 else { continue }
            let clone = try SharedFD("mount \(mount.source)") { csb_clone_tree(mount.source) }
            let isDirectory = status.st_mode & S_IFMT == S_IFDIR
            trees.append(Tree(target: mount.target, link: nil, isDirectory: isDirectory, clone: clone))
        }
        return trees
    }

    /// A merged `/usr` has `/bin -> usr/bin`; other links are followed, their target may not be visible.
    private static func isSystemLink(_ path: String) -> Bool { link(path)?.hasPrefix("usr/") ?? false }

    private static func link(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        return count < 0
            ? nil : String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private mutating func attach(_ tree: Tree) throws(SandboxFailure) {
        let place = Self.stage + tree.target
        visible.append(tree.target)
        if let link = tree.link {
            try step("link \(tree.target)") { symlink(link, place) }
            return
        }
        if tree.isDirectory { try Self.makeDirectories(place) } else { try Self.makeFile(place, "") }
        guard let clone = tree.clone else { return }
        try step("mount \(tree.target)") { csb_attach_tree(clone.descriptor.number, place) }
    }

    private static func fill() throws(SandboxFailure) {
        for (path, text) in files { try makeFile(stage + path, text) }
        for (path, target) in links { try step("link \(path)") { symlink(target, stage + path) } }
    }

    private static func makeFile(_ path: String, _ text: String) throws(SandboxFailure) {
        try makeDirectories(path.directoryPart)
        let number = try step("file \(path)") { open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644) }
        let file = FD(owning: number)
        do { try file.write(Array(text.utf8)) } catch { throw .step("file \(path)", error) }
    }

    private static func makeDirectories(_ path: String) throws(SandboxFailure) {
        do { try Directories.make(path, mode: 0o755) } catch { throw .step("directories", error) }
    }
}

/// `check`, naming the step of building that failed.
@discardableResult
func step<Result: FixedWidthInteger & SignedInteger>(
    _ name: @autoclosure () -> String, _ body: () -> Result
) throws(SandboxFailure) -> Result {
    do { return try check("system call", body) } catch { throw .step(name(), error) }
}
