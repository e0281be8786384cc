internal import Contracts

/// `javac`: `path:line: error: message`, then the source line and a caret, then details.
enum JavacParser {
    static func parse(_ lines: [String], _ reading: inout Reading) {
        var index = 0
        while index < lines.count {
            let line = lines[index]
            index += 1
            if let located = LocatedLine(line), let file = reading.sources.file(located.path) {
                index = add(located, file, lines, index, &reading)
            } else if line.hasPrefix("error: ") {
                reading.add(.error, line.dropFirst(7))
            } else if !isCount(line) {
                reading.leave(line)
            }
        }
    }

    /// Reads the lines of one complaint up to the next; answers where the next begins.
    private static func add(
        _ located: LocatedLine, _ file: (path: SourcePath, text: SourceText), _ lines: [String], _ start: Int,
        _ reading: inout Reading
    ) -> Int {
        let (severity, said) = located.severity ?? (.error, located.text)
        let (code, message) = Self.code(in: said)
        var range = file.text.wholeLine(located.line)
        var details: [String] = []
        var index = start
        while index < lines.count, LocatedLine(lines[index]) == nil, !isCount(lines[index]) {
            if let caret = CaretBlock(marks: lines[index]) {
                range = file.text.word(
                    at: file.text.offset(line: located.line, column: caret.column, in: .utf16))
            } else if lines[index].hasPrefix("  "), !isSource(lines[index], located.line, file.text) {
                details.append(lines[index])
            }
            index += 1
        }
        let whole = ([String(message)] + details).joined(separator: "\n")
        reading.add(severity, whole, code: code, path: file.path, range: range)
        return index
    }

    private static func isSource(_ line: String, _ number: Int, _ text: SourceText) -> Bool {
        line.utf8.elementsEqual(text.bytes[text.line(number)])
    }

    /// `[rawtypes] found raw type: List`.
    private static func code(in text: Substring) -> (String?, Substring) {
        guard text.hasPrefix("["), let close = text.firstIndex(of: "]") else { return (nil, text) }
        return (
            "-Xlint:\(text[text.index(after: text.startIndex)..<close])",
            text[text.index(after: close)...].trimmed
        )
    }

    private static func isCount(_ line: String) -> Bool {
        let words = line.split(separator: " ")
        return words.count == 2 && Int(words[0]) != nil
            && ["error", "errors", "warning", "warnings"].contains(words[1])
    }
}
