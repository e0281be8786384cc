internal import Contracts

/// Guesses the place on a line from what a message quotes, for tools that give no column.
enum NamedPlace {
    /// The quoted piece that stands on the line, else the line without its blanks.
    static func range(in message: some StringProtocol, _ text: SourceText, line: Int) -> SourceRange {
        if line > text.lineCount {
            let end = text.line(text.lineCount).upperBound
            return text.range(end, end)
        }
        for quoted in quotations(in: String(message)) {
            let piece = quoted.split(separator: "\n").first.map { String(Substring($0).trimmed) } ?? ""
            if let range = text.find(piece, onLine: line) { return range }
        }
        return text.wholeLine(line)
    }

    /// What stands between quotes, the last first: tools name the offender at the end.
    private static func quotations(in message: String) -> [String] {
        let closers: [Character: Character] = ["'": "'", "\"": "\"", "`": "'"]
        var found: [String] = []
        var rest = message[...]
        while let open = rest.firstIndex(where: { closers[$0] != nil }), let closer = closers[rest[open]] {
            let inner = rest[rest.index(after: open)...]
            // A quotation may itself be a quote: the one that ends a message is its end.
            guard let close = inner.dropFirst().firstIndex(of: closer) ?? inner.firstIndex(of: closer) else {
                break
            }
            found.append(String(inner[..<close]))
            rest = inner[inner.index(after: close)...]
        }
        return found.reversed()
    }
}
