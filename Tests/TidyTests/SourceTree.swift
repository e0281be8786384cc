import FoundationEssentials

/// The repository as the tidy tests see it.
struct SourceTree: Sendable {
    /// Where the sources of ours live.
    static let folders = ["Contracts", "SharedKit", "Services", "Deploy", "Tests"]
    /// Built or fetched, never written by a person.
    static let generated: Set<String> = [
        ".git", "node_modules", ".codecollab", "__pycache__", ".pytest_cache",
    ]

    let root: String
    let files: [SourceText]
    let manifest: String

    init() throws {
        root = String(#filePath.dropLast("/Tests/TidyTests/SourceTree.swift".count))
        let kinds = [".swift", ".c", ".h", ".sh", ".py", ".ts"]
        var texts: [SourceText] = []
        for path in Self.walk(root, Self.folders) where kinds.contains(where: path.hasSuffix) {
            let data = try Data(contentsOf: URL(filePath: "\(root)/\(path)"))
            texts.append(SourceText(path: path, bytes: Array(data)))
        }
        files = texts
        manifest = try String(contentsOfFile: "\(root)/Package.swift", encoding: .utf8)
    }

    /// Paths of all plain files below `folders`, from the root, in order.
    static func walk(_ root: String, _ folders: [String]) -> [String] {
        var found: [String] = []
        var open = folders
        while let folder = open.popLast() {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
            for name in names where !generated.contains(name) && !name.hasPrefix(".build") {
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                var isFolder = false
                guard FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isFolder) else {
                    continue
                }
                if isFolder { open.append(path) } else { found.append(path) }
            }
        }
        return found.sorted()
    }
}
