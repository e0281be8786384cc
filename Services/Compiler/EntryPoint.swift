internal import Contracts

/// What is started in a directory artifact, from the language's template.
enum EntryPoint {
    static func name(_ template: String, entry: SourcePath, text: String) -> String {
        switch template {
        case "{class}": return mainClass(in: text) ?? stem(entry.name)
        default:
            guard let slot = template.firstRange(of: "{stem}") else { return template }
            return template[..<slot.lowerBound] + stem(entry.text) + template[slot.upperBound...]
        }
    }

    private static func stem(_ path: String) -> String {
        guard let dot = path.lastIndex(of: "."), dot != path.startIndex else { return path }
        return String(path[..<dot])
    }

    /// The last type declared before the first `void main(`, with its package.
    static func mainClass(in text: String) -> String? {
        let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" || $0 == ".") }
        var package: Substring?
        var name: Substring?
        for (index, word) in words.enumerated() where index + 1 < words.count {
            switch word {
            case "package" where package == nil && name == nil: package = words[index + 1]
            case "class", "record", "enum", "interface": name = words[index + 1]
            case "void" where words[index + 1] == "main":
                return name.map { name in package.map { "\($0).\(name)" } ?? String(name) }
            default: break
            }
        }
        return name.map { name in package.map { "\($0).\(name)" } ?? String(name) }
    }
}
