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

/// `cppcheck`: `path:line:column: severity: message [id]`, details in lines of their own.
enum CppcheckParser {
    static func parse(_ lines: [String], _ reading: inout Reading) {
        for line in lines {
            guard let located = LocatedLine(line), let file = reading.sources.file(located.path) else {
                reading.leave(line)
                continue
            }
            let start = file.text.offset(line: located.line, column: located.column ?? 1, in: .byte)
            add(located.text, file.path, file.text.word(at: start), &reading)
        }
    }

    private static func add(
        _ text: Substring, _ path: SourcePath, _ range: SourceRange, _ reading: inout Reading
    ) {
        guard let colon = text.firstRange(of: ": ") else { return }
        let said = text[colon.upperBound...]
        guard text.hasSuffix("]"), let open = said.lastIndex(of: "[") else {
            let note = RelatedNote.with {
                $0.path = path
                $0.message = String(said)
                $0.range = range
            }
            return reading.relate(note)
        }
        reading.add(
            severity(text[..<colon.lowerBound]), said[..<open].trimmed,
            code: String(said[said.index(after: open)...].dropLast()), path: path, range: range)
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
