import Glibc

/// Which file may know which, and where files live.
enum Layout {
    private static let services = [
        "Gateway", "Auth", "Session", "Collab", "AI", "Compiler", "Executor", "Profiler",
    ]
    private static let fileBytes = 300_000
    /// Folders that a script compiles, because SwiftPM cannot.
    private static let outsideTheManifest = [
        "SharedKit/CRDTWasm": "the engine a second time, with Embedded Swift: SharedKit/CRDTWasm/build",
        "Tests/Fuzz": "instrumented for libFuzzer: Tests/Fuzz/run",
    ]

    /// Imports against the arrows Services -> SharedKit -> Contracts.
    static func forbiddenImports(_ tree: SourceTree) -> [Finding] {
        tree.files.filter { $0.isSwift && !$0.isTest }.flatMap { text in
            text.code.indices.compactMap { index in
                guard let module = importedModule(text.trimmedCode(index)), !allows(text.path, module, tree)
                else {
                    return nil
                }
                let message =
                    "imports \(module): meet over HTTP through Contracts, or move the shared part down"
                return Finding(path: text.path, line: index + 1, message: message)
            }
        }
    }

    private static func importedModule(_ line: String) -> String? {
        let words = line.split(separator: " ")
        guard let keyword = words.firstIndex(of: "import"), keyword <= 1, keyword + 1 < words.count else {
            return nil
        }
        return words.last.map { String($0.prefix { $0 != "." }) }
    }

    private static func allows(_ path: String, _ module: String, _ tree: SourceTree) -> Bool {
        let folder = path.split(separator: "/")
        if folder[0] == "Contracts" { return !tree.manifest.contains("shared(\"\(module)\"") }
        let imported = services.first { module == "\($0)Service" || module == $0.lowercased() }
        guard let imported else { return module != "TestSupport" }
        return folder[0] == "Services" && folder[1] == imported
    }

    /// Source files in no target of the manifest.
    static func orphans(_ tree: SourceTree) -> [Finding] {
        tree.files.filter { $0.isSwift || $0.path.hasSuffix(".c") }.compactMap { text in
            if outsideTheManifest.keys.contains(where: { text.path.hasPrefix("\($0)/") }) { return nil }
            let folder = text.path.split(separator: "/")
            let name = folder.count > 2 ? String(folder[1]) : ""
            let owners =
                switch folder[0] {
                case "Contracts": ["path: \"Contracts\""]
                case "SharedKit":
                    ["shared(\"\(name)\"", "shared(\n            \"\(name)\"", "path: \"SharedKit/\(name)\""]
                case "Services": ["service(\"\(name)\"", "service(\n            \"\(name)\""]
                case "Tests":
                    [
                        "tests(\"\(name.dropLast(5))\"", "tests(\n                \"\(name.dropLast(5))\"",
                        "Tests/\(name)\"",
                    ]
                default: ["path: \"\(folder[0])/\(name)\""]
                }
            let place = "path: \"\(folder.dropLast().joined(separator: "/"))\""
            guard !(owners + [place]).contains(where: tree.manifest.contains) else { return nil }
            return Finding(path: text.path, line: 1, message: "in no target: move it, or declare its target")
        }
    }

    /// Files too big for a repository that people clone.
    static func bigFiles(_ tree: SourceTree) -> [Finding] {
        SourceTree.walk(tree.root, [""]).compactMap { path in
            var facts = stat()
            guard lstat("\(tree.root)/\(path)", &facts) == 0, facts.st_size > fileBytes else { return nil }
            return Finding(path: path, line: 1, message: "\(facts.st_size) bytes: fetch or generate it")
        }
    }

    /// Names that say nothing about what is inside.
    static func vagueNames(_ tree: SourceTree) -> [Finding] {
        let vague = ["Manager", "Helper", "Utils", "Util", "Extensions", "Misc", "Common"]
        return tree.files.compactMap { text in
            let file = text.path.split(separator: "/").last?.split(separator: ".").first ?? ""
            guard let word = vague.first(where: file.hasSuffix) else { return nil }
            return Finding(path: text.path, line: 1, message: "`\(word)` names nothing: name the noun inside")
        }
    }
}
