package import Contracts

/// A source file as tools point into it: by line and column in one unit or another, or by byte.
///
/// Lines count from 1 and end with a line feed; columns count from 1. What points outside is moved to the
/// nearest place inside.
package struct SourceText: Sendable {
    /// What a tool counts columns in.
    package enum ColumnUnit: Sendable {
        case byte, codePoint, utf16
    }

    /// The file's bytes.
    package let bytes: [UInt8]
    private let lineStarts: [Int]

    /// Indexes a text.
    package init(_ text: String) {
        bytes = Array(text.utf8)
        var starts = [0]
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(index + 1) }
        lineStarts = starts
    }

    /// The number of lines; a text that ends with a line feed has no further empty line.
    package var lineCount: Int {
        max(1, bytes.last == UInt8(ascii: "\n") ? lineStarts.count - 1 : lineStarts.count)
    }

    /// The bytes of a line without its line feed.
    package func line(_ number: Int) -> Range<Int> {
        let index = min(max(number, 1), lineCount) - 1
        let end = index + 1 < lineStarts.count ? lineStarts[index + 1] - 1 : bytes.count
        return lineStarts[index]..<max(lineStarts[index], end)
    }

    /// The byte at a line and column.
    package func offset(line number: Int, column: Int, in unit: ColumnUnit) -> Int {
        let line = line(number)
        if number > lineCount { return line.upperBound }
        var left = max(0, column - 1)
        if unit == .byte { return min(line.lowerBound + left, line.upperBound) }
        var offset = line.lowerBound
        while offset < line.upperBound, left > 0 {
            let length = Self.length(ofCharacterStarting: bytes[offset])
            left -= unit == .utf16 && length == 4 ? 2 : 1
            offset += length
        }
        return min(offset, line.upperBound)
    }

    /// The part between two bytes, with the end not before the start.
    package func range(_ start: Int, _ end: Int) -> SourceRange {
        let start = min(max(0, start), bytes.count)
        let end = min(max(start, end), bytes.count)
        let (line, column) = position(start)
        let (endLine, endColumn) = position(end)
        return .with {
            $0.line = line
            $0.column = column
            $0.endLine = endLine
            $0.endColumn = endColumn
            $0.startByte = start
            $0.endByte = end
        }
    }

    /// The word that starts at a byte, or the one character when no word does.
    package func word(at start: Int) -> SourceRange {
        var end = min(max(0, start), bytes.count)
        while end < bytes.count, Self.isWord(bytes[end]) { end += 1 }
        if end == start, end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        return range(start, end)
    }

    /// The line without the blanks around it.
    package func wholeLine(_ number: Int) -> SourceRange {
        let line = line(number)
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
        let start = line.first { !isBlank(bytes[$0]) } ?? line.lowerBound
        let end = line.last { !isBlank(bytes[$0]) }.map { $0 + 1 } ?? start
        return range(start, end)
    }

    /// Where `text` stands on a line; a word is only found as a whole word.
    package func find(_ text: String, onLine number: Int) -> SourceRange? {
        let wanted = Array(text.utf8)
        let line = line(number)
        guard !wanted.isEmpty, line.count >= wanted.count else { return nil }
        for start in line.lowerBound...(line.upperBound - wanted.count) where matches(wanted, at: start) {
            return range(start, start + wanted.count)
        }
        return nil
    }

    private func matches(_ wanted: [UInt8], at start: Int) -> Bool {
        let end = start + wanted.count
        guard bytes[start..<end].elementsEqual(wanted) else { return false }
        let isCutBefore = start > 0 && Self.isWord(wanted[0]) && Self.isWord(bytes[start - 1])
        let isCutAfter = end < bytes.count && Self.isWord(wanted[wanted.count - 1]) && Self.isWord(bytes[end])
        return !isCutBefore && !isCutAfter
    }

    private func position(_ offset: Int) -> (line: Int, column: Int) {
        var (low, high) = (0, lineStarts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        let column = bytes[lineStarts[low]..<offset].reduce(1) { $0 + Self.utf16Units(of: $1) }
        return (low + 1, column)
    }

    /// UTF-16 units that a byte of UTF-8 begins.
    private static func utf16Units(of byte: UInt8) -> Int { byte & 0xC0 == 0x80 ? 0 : byte >= 0xF0 ? 2 : 1 }

    private static func length(ofCharacterStarting byte: UInt8) -> Int {
        byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), 0x80...: true
        default: false
        }
    }
}
