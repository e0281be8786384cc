import CRDTCore
import Testing

@Suite("local edits") struct EditTests {
    private static let words = ["a", "bc", "héé", "😀", "日本", "x😀y", "\n", "long text here ", "\n\n", "1\n2"]

    @Test("a text is what a plain array of units would be", arguments: [UInt64(1), 2, 3, 4])
    func model(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        var document = Document(client: 5)
        var copy = Document(client: 6)
        let root = document.root(named: "t")
        var model: [String] = []
        for _ in 0..<2_000 {
            let start = Int.random(in: 0...model.count, using: &random)
            let count = Int.random(in: 0...min(4, model.count - start), using: &random)
            let word = Bool.random(using: &random) ? EditTests.words.randomElement(using: &random) ?? "" : ""
            let offset = model[..<start].reduce(0) { $0 + $1.utf16.count }
            let length = model[start..<start + count].reduce(0) { $0 + $1.utf16.count }
            let bytes = Array(word.utf8)
            let update = try document.replace(offset..<offset + length, with: bytes.span, in: root)
            model.replaceSubrange(start..<start + count, with: word.map(String.init))
            if !update.isEmpty { _ = try copy.take(update) }
        }
        let expected = Array(model.joined().utf8)
        let text = document.text(root)
        #expect(text == expected)
        #expect(text == (CRDTCoreTests.text(of: &copy)))
        #expect(document.encode() == (copy.encode()))
        let measures = [document.utf8Count(root), document.lineCount(root), document.utf16Count(root)]
        let lines = expected.count { $0 == 0x0A } + 1
        #expect(measures == [expected.count, lines, model.reduce(0) { $0 + $1.utf16.count }])
    }

    @Test("places convert between UTF-16, UTF-8, and lines with columns")
    func positions() throws {
        var document = Document(client: 5)
        let root = document.root(named: "t")
        let text = Array("ab\n😀é\n\nz".utf8)
        _ = try document.insert(text.span, at: 0, in: root)
        let table: [(utf16: Int, utf8: Int, line: Int, column: Int)] = [
            (0, 0, 0, 0), (2, 2, 0, 2), (3, 3, 1, 0), (5, 7, 1, 2), (6, 9, 1, 3), (7, 10, 2, 0),
            (8, 11, 3, 0), (9, 12, 3, 1),
        ]
        for row in table {
            let (line, column) = try document.lineColumn(utf16: row.utf16, in: root)
            #expect([line, column] == [row.line, row.column])
            let fromLine = try document.utf16Offset(of: .line(row.line, column: row.column), in: root)
            let fromBytes = try document.utf16Offset(of: .utf8(row.utf8), in: root)
            let bytes = try document.utf8Offset(utf16: row.utf16, in: root)
            #expect([fromLine, fromBytes, bytes] == [row.utf16, row.utf16, row.utf8])
        }
        let middle = try document.text(root, utf16: 1..<6)
        #expect(middle == Array("b\n😀é".utf8))
    }

    @Test("what does not exist or would cut a character is refused and changes nothing")
    func refusals() throws {
        var document = Document(client: 5)
        let root = document.root(named: "t")
        let text = Array("a😀\n".utf8)
        _ = try document.insert(text.span, at: 0, in: root)
        let before = document.encode()
        let broken: [UInt8] = [0xFF]
        #expect(throws: EditFault.splitsCharacter) { try document.delete(0..<2, in: root) }
        #expect(throws: EditFault.splitsCharacter) { try document.insert(text.span, at: 2, in: root) }
        #expect(throws: EditFault.outOfBounds) { try document.delete(1..<5, in: root) }
        #expect(throws: EditFault.invalidUTF8) { try document.insert(broken.span, at: 0, in: root) }
        #expect(throws: EditFault.outOfBounds) { try document.utf16Offset(of: .line(0, column: 4), in: root) }
        #expect(throws: EditFault.outOfBounds) { try document.utf16Offset(of: .line(2, column: 0), in: root) }
        #expect(throws: EditFault.splitsCharacter) { try document.utf16Offset(of: .utf8(3), in: root) }
        let after = document.encode()
        #expect(after == before)
    }

    @Test("a whole text is replaced by small edits that leave others' edits alone")
    func difference() throws {
        var ours = Document(client: 5)
        let root = ours.root(named: "t")
        let old = Array("one\ntwo\nthree\nfour\n".utf8)
        let seed = try ours.insert(old.span, at: 0, in: root)
        var theirs = Document(client: 6)
        _ = try theirs.take(seed)
        let word = Array("THEIRS ".utf8)
        let their = try theirs.insert(word.span, at: 8, in: theirs.root(named: "t"))
        let new = Array("zero\none\ntwo!\nthree\nfive\n".utf8)
        let update = try ours.replaceAll(with: new.span, in: root)
        #expect(update.count < 60)
        _ = try ours.take(their)
        let text = ours.text(root)
        #expect(text == Array("zero\none\ntwo!\nTHEIRS three\nfive\n".utf8))
        let nothing = try ours.replaceAll(with: text.span, in: root)
        #expect(nothing.isEmpty)
    }

    @Test("any text becomes any other", arguments: [UInt64(1), 2, 3])
    func differences(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        var document = Document(client: 5)
        let root = document.root(named: "t")
        for _ in 0..<200 {
            let words = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                EditTests.words.randomElement(using: &random) ?? ""
            }
            let wanted = Array(words.joined().utf8)
            _ = try document.replaceAll(with: wanted.span, in: root)
            let text = document.text(root)
            #expect(text == wanted)
        }
    }

    @Test("edits in a transaction are one update")
    func transaction() throws {
        var document = Document(client: 5)
        let root = document.root(named: "t")
        let (word, other) = (Array("hello".utf8), Array("J".utf8))
        var update: [UInt8] = []
        try document.transact(into: &update) { (document: inout Document) throws(EditFault) in
            try document.insert(word.span, at: 0, in: root)
            try document.replace(0..<1, with: other.span, in: root)
        }
        var copy = Document(client: 6)
        _ = try copy.take(update)
        let text = CRDTCoreTests.text(of: &copy)
        #expect(text == Array("Jello".utf8))
        #expect(copy.encode() == (document.encode()))
    }

    @Test("what a transaction edited before it threw stays, and others hear of it")
    func interruptedTransaction() throws {
        var document = Document(client: 5)
        let root = document.root(named: "t")
        let word = Array("hello".utf8)
        var update: [UInt8] = []
        var fault: EditFault?
        do throws(EditFault) {
            try document.transact(into: &update) { (document: inout Document) throws(EditFault) in
                try document.insert(word.span, at: 0, in: root)
                try document.delete(0..<1, in: root)
                try document.insert(word.span, at: 100, in: root)
            }
        } catch {
            fault = error
        }
        #expect(fault == .outOfBounds)
        var copy = Document(client: 6)
        _ = try copy.take(update)
        #expect(CRDTCoreTests.text(of: &copy) == Array("ello".utf8))
        _ = try copy.take(try document.delete(0..<1, in: root))
        #expect(CRDTCoreTests.text(of: &copy) == Array("llo".utf8))
        #expect(copy.encode() == (document.encode()))
    }

    @Test("backspace leaves the structs that another replica makes of its updates", arguments: [1, 2, 3])
    func backspaces(most: Int) throws {
        var random = SeededNumbers(seed: UInt64(most))
        var document = Document(client: 5)
        var copy = Document(client: 6)
        let root = document.root(named: "t")
        var model: [UInt8] = []
        for _ in 0..<200 {
            let start = Int.random(in: 0...model.count, using: &random)
            let word = [UInt8](repeating: 0x0A, count: Int.random(in: 1...9, using: &random))
            _ = try copy.take(try document.insert(word.span, at: start, in: root))
            model.insert(contentsOf: word, at: start)
            var caret = start + word.count
            for _ in 0..<Int.random(in: 0...12, using: &random) where caret > 0 {
                let from = max(0, caret - Int.random(in: 1...most, using: &random))
                _ = try copy.take(try document.delete(from..<caret, in: root))
                model.removeSubrange(from..<caret)
                caret = from
            }
            #expect(document.encode() == (copy.encode()))
        }
        let text = document.text(root)
        #expect(text == model)
        let lines = document.lineCount(root)
        #expect(lines == model.count + 1)
    }
}
