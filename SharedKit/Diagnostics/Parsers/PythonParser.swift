internal import Contracts

/// Our check of Python prints tables (path, line, column, end line, end column, kind, message); the
/// interpreter itself prints `File "path", line n`, the line, a caret, and the kind.
enum PythonParser {
    static func parse(_ lines: [String], _ reading: inout Reading) {
        for (index, line) in lines.enumerated() {
            let cells = line.split(separator: "\t", maxSplits: 6, omittingEmptySubsequences: false)
            if cells.count == 7 {
                addRow(cells, line, &reading)
            } else if let kind = kindOfSyntaxError(line) {
                addTrace(kind, String(line.dropFirst(kind.utf8.count + 2)), lines[..<index], &reading)
            } else if !line.hasPrefix("  ") {
                reading.leave(line)
            }
        }
    }

    private static func addRow(_ cells: [Substring], _ line: String, _ reading: inout Reading) {
        let numbers = cells[1...4].compactMap { Int($0) }
        guard numbers.count == 4, let file = reading.sources.file(cells[0]) else {
            return reading.leave(line)
        }
        reading.add(
            .error, cells[6], code: String(cells[5]), path: file.path, range: range(numbers, file.text))
    }

    /// Columns are code points; an end at or before the start means that there is none.
    private static func range(_ numbers: [Int], _ text: SourceText) -> SourceRange {
        let start = text.offset(line: numbers[0], column: numbers[1], in: .codePoint)
        let end = text.offset(line: numbers[2], column: numbers[3], in: .codePoint)
        return numbers[3] > 0 && end > start ? text.range(start, end) : text.word(at: start)
    }

    private static func kindOfSyntaxError(_ line: String) -> String? {
        ["SyntaxError", "IndentationError", "TabError"].first { line.hasPrefix("\($0): ") }
    }

    /// Finds the last `File "path", line n` above; a traceback before it means the error came at run time.
    private static func addTrace(
        _ kind: String, _ message: String, _ above: ArraySlice<String>, _ reading: inout Reading
    ) {
        guard let place = above.last(where: { $0.hasPrefix("  File \"") }) else { return }
        let pieces = place.split(separator: "\"")
        guard pieces.count >= 3, let file = reading.sources.file(pieces[1]),
            let line = Int(pieces[2].drop { !$0.isNumber }.prefix { $0.isNumber })
        else { return }
        var range = file.text.wholeLine(line)
        if let marks = above.last(where: { CaretBlock(marks: $0) != nil }),
            let caret = CaretBlock(marks: marks)
        {
            // The interpreter shows the line without its indentation, four blanks in.
            range = file.text.word(at: range.startByte + max(0, caret.column - 5))
        }
        reading.add(.error, message, code: kind, path: file.path, range: range)
    }
}
