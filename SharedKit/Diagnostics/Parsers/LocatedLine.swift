internal import Contracts

/// A line of the form `path:line[:column]: text`.
struct LocatedLine {
    let path: Substring
    let line: Int
    let column: Int?
    let text: Substring

    init?(_ whole: some StringProtocol) {
        let whole = Substring(whole)
        var search = whole.startIndex
        while let colon = whole[search...].firstIndex(of: ":") {
            search = whole.index(after: colon)
            let digits = whole[search...].prefix { $0.isASCII && $0.isNumber }
            guard colon != whole.startIndex, let line = Int(digits), whole[digits.endIndex...].first == ":"
            else { continue }
            path = whole[..<colon]
            self.line = line
            let rest = whole[whole.index(after: digits.endIndex)...]
            let columnDigits = rest.prefix { $0.isASCII && $0.isNumber }
            if let column = Int(columnDigits), rest[columnDigits.endIndex...].first == ":" {
                self.column = column
                text = rest[rest.index(after: columnDigits.endIndex)...].drop { $0 == " " }
            } else {
                column = nil
                text = rest.drop { $0 == " " }
            }
            return
        }
        return nil
    }

    /// The severity that the text begins with, and what follows it.
    var severity: (Diagnostic.Severity, Substring)? {
        let words: [(String, Diagnostic.Severity)] = [
            ("fatal error: ", .error), ("error: ", .error), ("warning: ", .warning), ("note: ", .note),
            ("remark: ", .hint),
        ]
        for (word, severity) in words where text.hasPrefix(word) {
            return (severity, text.dropFirst(word.count))
        }
        return nil
    }
}
