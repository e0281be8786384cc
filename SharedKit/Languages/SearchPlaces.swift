internal import Contracts
private import Glibc

/// Where programs are looked for.
package struct SearchPlaces: Sendable {
    /// Directories, in order.
    package var path: [String]
    /// What `~` means.
    package var home: String

    /// Places of one's own, e.g. for tests.
    package init(path: [String], home: String) {
        self.path = path
        self.home = home
    }

    /// `PATH` and `HOME` of this process, then the system's directories.
    package static var current: SearchPlaces {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let home = getenv("HOME").map { String(cString: $0) } ?? "/nonexistent"
        let directories =
            path.split(separator: ":").map(String.init) + ["/usr/local/bin", "/usr/bin", "/bin"]
        return SearchPlaces(path: directories, home: home)
    }

    func find(_ language: Language) -> FoundLanguage? {
        var tools: [String: FoundTool] = [:]
        for tool in language.tools {
            if let found = find(tool) {
                tools[tool.name] = found
            } else if !tool.isOptional {
                return nil
            }
        }
        return FoundLanguage(language: language, tools: tools)
    }

    private func find(_ tool: LanguageTool) -> FoundTool? {
        for candidate in tool.candidates {
            for path in paths(for: candidate) {
                if let found = found(tool, at: path) { return found }
            }
        }
        return nil
    }

    private func paths(for candidate: String) -> [String] {
        if !candidate.contains("/") { return path.map { "\($0)/\(candidate)" } }
        let candidate = candidate.hasPrefix("~/") ? home + candidate.dropFirst() : candidate
        return candidate.contains("*") ? glob(candidate) : [candidate]
    }

    /// Matches of a pattern, the highest name first, so that newer versions win.
    private func glob(_ pattern: String) -> [String] {
        var matches = glob_t()
        defer { globfree(&matches) }
        guard Glibc.glob(pattern, 0, nil, &matches) == 0 else { return [] }
        let paths = (0..<Int(matches.gl_pathc)).compactMap {
            matches.gl_pathv[$0].map { String(cString: $0) }
        }
        return paths.sorted { versionKey($0).lexicographicallyPrecedes(versionKey($1)) }.reversed()
    }

    private func versionKey(_ path: String) -> [Int] {
        path.split { !$0.isNumber }.compactMap { Int($0) }
    }

    private func found(_ tool: LanguageTool, at path: String) -> FoundTool? {
        guard access(path, X_OK) == 0, let real = realPath(path) else { return nil }
        if tool.avoid.contains(where: { real.contains($0) }) { return nil }
        var status = stat()
        guard stat(real, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let stamp = "\(real):\(status.st_size):\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
        return FoundTool(name: tool.name, path: invocation(path, real), stamp: stamp, definition: tool)
    }

    /// Drivers like `swiftc` decide by the name they are called by, so the name survives if it can.
    private func invocation(_ path: String, _ real: String) -> String {
        guard let slash = real.lastIndex(of: "/"), let name = path.split(separator: "/").last else {
            return real
        }
        let sibling = "\(real[..<slash])/\(name)"
        return access(sibling, X_OK) == 0 && realPath(sibling) == real ? sibling : real
    }
}
