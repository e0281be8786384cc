internal import SystemKit

/// Refuses specifications that make no sense, before anything is built.
extension SandboxSpec {
    enum Limits {
        /// Files and mounts of one run: init keeps their descriptors in a fixed table.
        static let mounts = 64
        /// Files of one run.
        static let files = 1024
        /// Names of files to bring back.
        static let collected = 256
        /// Arguments and environment together: more than any execve(2) takes, so the kernel refuses first.
        static let textBytes = 8 << 20
        /// Linux's PATH_MAX, the closing NUL included.
        static let pathBytes = 4095
    }

    func validated() throws(SandboxFailure) -> SandboxSpec {
        guard let program = argv.first, !program.isEmpty else {
            throw .invalid(field: "argv", reason: "is empty")
        }
        for text in argv + environment.flatMap({ [$0.key, $0.value] }) where text.utf8.contains(0) {
            throw .invalid(field: "argv", reason: "has a NUL")
        }
        let texts = argv.reduce(0) { $0 + $1.utf8.count } + environment.reduce(0) {
            $0 + $1.key.utf8.count + $1.value.utf8.count
        }
        guard texts <= Limits.textBytes else { throw .invalid(field: "argv", reason: "is too long") }
        for name in environment.keys where name.isEmpty || name.contains("=") {
            throw .invalid(field: "environment", reason: "\(name) is not a name")
        }
        guard files.count <= Limits.files, mounts.count + binds.count <= Limits.mounts,
            collect.count <= Limits.collected
        else { throw .invalid(field: "files", reason: "are too many") }
        var seen: Set<String> = []
        for file in files {
            try Self.requireRelative(file.path, "files")
            guard seen.insert(file.path).inserted else {
                throw .invalid(field: "files", reason: "\(file.path) is there twice")
            }
        }
        for path in collect { try Self.requireRelative(path, "collect") }
        if terminal != nil, !streamsOutput {
            throw .invalid(field: "terminal", reason: "shows its output as it comes")
        }
        try requireDirectory()
        return self
    }

    /// The files that are shown, not copied.
    var binds: [(path: String, source: String)] {
        files.compactMap { file in
            if case .bind(let source) = file.content { (file.path, source) } else { nil }
        }
    }

    private static func requireRelative(_ path: String, _ field: String) throws(SandboxFailure) {
        let isPlain = path.allPathParts.allSatisfy {
            !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255
        }
        guard isPlain, !path.utf8.contains(0), path.utf8.count < Limits.pathBytes - 8 else {
            throw .invalid(field: field, reason: "\(path) is not a plain path below the box")
        }
    }

    private func requireDirectory() throws(SandboxFailure) {
        let path = workingDirectory
        let isInside = path == "/box" || path.hasPrefix("/box/") || path == "/tmp"
        guard isInside, !path.utf8.contains(0), !path.pathParts.contains(".."),
            path.utf8.count < Limits.pathBytes
        else { throw .invalid(field: "workingDirectory", reason: "\(path) is not in the box") }
    }
}
