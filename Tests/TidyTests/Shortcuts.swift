/// Spellings that need more than a search: force unwraps, empty catches, notes to oneself.
enum Shortcuts {
    static func findings(in text: SourceText) -> [Finding] {
        notes(text) + (text.isSwift && !text.isTest ? unwraps(text) + emptyCatches(text) : [])
    }

    private static func notes(_ text: SourceText) -> [Finding] {
        guard !text.path.hasPrefix("Tests/TidyTests/") else { return [] }
        return text.lines.enumerated().compactMap { index, line in
            guard let note = ["TODO", "FIXME", "XXX:"].first(where: line.contains) else { return nil }
            return Finding(path: text.path, line: index + 1, message: "\(note): do it, or write an issue")
        }
    }

    /// `name!`, `)!` and `]!`, except after a C pointer's `baseAddress`.
    private static func unwraps(_ text: SourceText) -> [Finding] {
        text.code.enumerated().compactMap { index, line in
            guard line.indices.dropFirst().contains(where: { unwraps(line, at: $0) }) else { return nil }
            return Finding(
                path: text.path,
                line: index + 1,
                message: "force unwrap: use `guard let` or a typed refusal"
            )
        }
    }

    private static func unwraps(_ line: [UInt8], at index: Int) -> Bool {
        guard line[index] == UInt8(ascii: "!") else { return false }
        let before = line[index - 1]
        guard before.isNamePart || before == UInt8(ascii: ")") || before == UInt8(ascii: "]") else {
            return false
        }
        if index + 1 < line.count, line[index + 1] == UInt8(ascii: "=") { return false }
        let words = ["baseAddress", "try", "as"]
        return !words.contains { line[..<index].ends(with: Array($0.utf8)) }
    }

    private static func emptyCatches(_ text: SourceText) -> [Finding] {
        text.code.indices.compactMap { index in
            let line = text.trimmedCode(index)
            guard let start = line.range(of: "catch")?.upperBound else { return nil }
            var rest = String(line[start...].filter { $0 != " " })
            if rest.hasSuffix("{"), index + 1 < text.code.count { rest += text.trimmedCode(index + 1) }
            guard rest.contains("{}") else { return nil }
            return Finding(
                path: text.path,
                line: index + 1,
                message: "an empty catch swallows the error: `ignoring`"
            )
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func ends(with suffix: [UInt8]) -> Bool {
        count >= suffix.count && self[(endIndex - suffix.count)...].elementsEqual(suffix)
    }
}

extension String {
    /// The first place of `text`.
    func range(of text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
