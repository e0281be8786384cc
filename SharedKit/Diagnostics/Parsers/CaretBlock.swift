/// A source line repeated by a tool, and the line of `^~~~` below it.
struct CaretBlock {
    /// From 1, in characters of the line as printed, which is the source line itself.
    let column: Int
    /// `^` and `~` in a row.
    let markedCharacters: Int
    /// Lines to step over.
    let lineCount: Int

    /// The block at `index`, if one is there that shows this line of the source.
    init?(_ lines: [String], from index: Int, showing text: SourceText, line: Int) {
        guard index + 1 < lines.count else { return nil }
        let source = String(decoding: text.bytes[text.line(line)], as: UTF8.self)
        guard lines[index] == source || source.hasPrefix(lines[index]) && !lines[index].isEmpty else {
            return nil
        }
        self.init(marks: lines[index + 1])
    }

    /// The block whose second line this is.
    init?(marks: String) {
        guard let caret = marks.firstIndex(of: "^"), marks.allSatisfy({ " \t^~".contains($0) }) else {
            return nil
        }
        let start = marks.firstIndex { $0 == "^" || $0 == "~" } ?? caret
        column = marks.distance(from: marks.startIndex, to: start) + 1
        markedCharacters = marks[start...].prefix { $0 == "^" || $0 == "~" }.count
        lineCount = 2
    }
}
