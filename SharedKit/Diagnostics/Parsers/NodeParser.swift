internal import Contracts

/// `node`: `path:line`, the source line, a caret, an empty line, `SyntaxError: message`, the stack.
enum NodeParser {
    static func parse(_ lines: [String], _ reading: inout Reading) {
        guard let kind = lines.firstIndex(where: { $0.hasPrefix("SyntaxError: ") }) else {
            for line in lines { reading.leave(line) }
            return
        }
        let message = lines[kind].dropFirst(13)
        for index in lines[..<kind].indices {
            guard let place = place(lines[index], reading.sources) else { continue }
            let marks = lines[index..<kind].first { CaretBlock(marks: $0) != nil }
            var range = place.text.wholeLine(place.line)
            if let caret = marks.flatMap({ CaretBlock(marks: $0) }) {
                let start = place.text.offset(line: place.line, column: caret.column, in: .utf16)
                let end = place.text.offset(
                    line: place.line, column: caret.column + caret.markedCharacters, in: .utf16)
                range = end > start ? place.text.range(start, end) : place.text.word(at: start)
            }
            return reading.add(.error, message, code: "SyntaxError", path: place.path, range: range)
        }
        reading.add(.error, message, code: "SyntaxError")
    }

    private static func place(
        _ line: String, _ sources: SourceTexts
    ) -> (path: SourcePath, text: SourceText, line: Int)? {
        guard let colon = line.lastIndex(of: ":"), let number = Int(line[line.index(after: colon)...]) else {
            return nil
        }
        let name = line.hasPrefix("file://") ? line.dropFirst(7) : line[...]
        guard let end = name.lastIndex(of: ":"), let file = sources.file(name[..<end]) else { return nil }
        return (file.path, file.text, number)
    }
}
