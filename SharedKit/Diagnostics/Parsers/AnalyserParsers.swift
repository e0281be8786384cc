internal import Contracts

/// `shellcheck -f json1`. Columns count characters, a tab as up to eight of them.
enum ShellCheckParser {
    static func parse(_ output: String, _ reading: inout Reading) {
        let comments: [JSONValue]?
        do {
            comments = try JSONValue.decode(Array(output.utf8))["comments"]?.elements
        } catch {
            return reading.leave(output)
        }
        for comment in comments ?? [] { add(comment, &reading) }
    }

    private static func add(_ comment: JSONValue, _ reading: inout Reading) {
        guard let file = comment["file"]?.text.flatMap({ reading.sources.file($0) }) else { return }
        let number = { (name: String) in Int(comment[name]?.integer ?? 1) }
        let start = file.text.offset(line: number("line"), column: number("column"), in: .codePoint)
        let end = file.text.offset(line: number("endLine"), column: number("endColumn"), in: .codePoint)
        reading.add(
            severity(comment["level"]?.text), comment["message"]?.text ?? "", code: "SC\(number("code"))",
            path: file.path, range: file.text.range(start, end))
    }

    private static func severity(_ level: String?) -> Diagnostic.Severity {
        switch level {
        case "error": .error
        case "warning": .warning
        case "info": .note
        default: .hint
        }
    }
}

/// `cppcheck --template=…` with tabs between path, line, column, severity, id and message.
enum CppcheckParser {
    static func parse(_ lines: [String], _ reading: inout Reading) {
        for line in lines {
            let cells = line.split(separator: "\t", maxSplits: 5, omittingEmptySubsequences: false)
            guard cells.count == 6, let file = reading.sources.file(cells[0]) else {
                reading.leave(line)
                continue
            }
            let start = file.text.offset(line: Int(cells[1]) ?? 1, column: Int(cells[2]) ?? 1, in: .byte)
            reading.add(
                severity(cells[3]), cells[5], code: String(cells[4]), path: file.path, range: file.text.word(at: start))
        }
    }

    private static func severity(_ word: Substring) -> Diagnostic.Severity {
        switch word {
        case "error": .error
        case "warning": .warning
        case "performance", "portability": .note
        default: .hint
        }
    }
}
