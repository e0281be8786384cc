package import Contracts

/// The files that a tool was given, to which its complaints are mapped back.
package struct SourceTexts: Sendable {
    private let texts: [String: SourceText]
    private let paths: [String: SourcePath]
    private let workingDirectory: String

    /// Files of a request; binary ones are no texts.
    /// - Parameter workingDirectory: where they lay, as the tool saw it.
    package init(_ files: [SourceFile], workingDirectory: String = "/box") {
        let readable = files.filter { $0.encoding == .utf8 }
        texts = Dictionary(readable.map { ($0.path.text, SourceText($0.content)) }) { first, _ in first }
        paths = Dictionary(readable.map { ($0.path.text, $0.path) }) { first, _ in first }
        self.workingDirectory = workingDirectory
    }

    /// The file that a tool means by `name`, or nil when it is none of ours.
    package func file(_ name: some StringProtocol) -> (path: SourcePath, text: SourceText)? {
        var name = String(name)
        if name.hasPrefix("\(workingDirectory)/") {
            name = String(name.dropFirst(workingDirectory.utf8.count + 1))
        }
        while name.hasPrefix("./") { name = String(name.dropFirst(2)) }
        guard let path = paths[name], let text = texts[name] else { return nil }
        return (path, text)
    }

    /// The first place where a word stands in any file, for tools that give no place at all.
    func firstPlace(of word: String) -> (path: SourcePath, range: SourceRange)? {
        for (path, text) in paths.values.sorted().compactMap({ file($0.text) }) {
            for line in 1...text.lineCount {
                if let range = text.find(word, onLine: line) { return (path, range) }
            }
        }
        return nil
    }
}
