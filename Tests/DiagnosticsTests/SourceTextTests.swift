import Contracts
import Diagnostics
import Testing

@Suite struct SourceTextTests {
    let text = SourceText("aé𝄞b\n\tx\nlast")

    @Test(
        "a column means the same place in every unit",
        arguments: [
            (1, 1, SourceText.ColumnUnit.byte, 0), (1, 4, .byte, 3), (1, 8, .byte, 7), (1, 3, .codePoint, 3),
            (1, 4, .codePoint, 7), (1, 3, .utf16, 3), (1, 5, .utf16, 7), (2, 2, .byte, 10),
            (3, 99, .utf16, 16),
            (99, 1, .byte, 16), (0, 0, .byte, 0), (1, 99, .byte, 8),
        ])
    func findsOffsets(line: Int, column: Int, unit: SourceText.ColumnUnit, offset: Int) {
        #expect(text.offset(line: line, column: column, in: unit) == offset)
    }

    @Test("ranges are given in UTF-16 columns and bytes")
    func makesRanges() {
        let range = text.range(3, 8)
        #expect(range.line == 1 && range.column == 3 && range.endColumn == 6)
        #expect(range.startByte == 3 && range.endByte == 8)
    }

    @Test("a word is found as a whole only")
    func findsWords() {
        let text = SourceText("printer print (print)\n")
        #expect(text.find("print", onLine: 1)?.column == 9)
        #expect(text.find("rinte", onLine: 1) == nil)
        #expect(text.find(")", onLine: 1)?.column == 21)
        #expect(text.word(at: 15).endByte == 20)
    }

    @Test("an empty text has one empty line")
    func takesNothing() {
        let text = SourceText("")
        #expect(text.lineCount == 1)
        #expect(text.wholeLine(5) == text.range(0, 0))
    }
}
