import CRDTCore
import Testing

@Suite("undo") struct UndoTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test("steps go back and forth, others' edits stay")
    func steps() throws {
        let (ours, theirs) = (Box(5, false), Box(6, false))
        let root = ours.document.root(named: "t")
        ours.document.trackHistory(of: root)
        let (first, second, other) = (bytes("hello"), bytes(" world"), bytes("dear "))
        try theirs.take(try ours.document.insert(first.span, at: 0, in: root))
        ours.document.closeUndoStep()
        try theirs.take(try ours.document.insert(second.span, at: 5, in: root))
        ours.document.closeUndoStep()
        try ours.take(try theirs.document.insert(other.span, at: 6, in: theirs.document.root(named: "t")))
        try theirs.take(try ours.document.delete(0..<2, in: root))
        let wanted = ["hello dear world", "hellodear ", "dear "]
        for text in wanted {
            try theirs.take(ours.document.undo())
            #expect(ours.text() == bytes(text))
        }
        #expect(ours.document.undo() == [])
        for text in ["hellodear ", "hello dear world", "llo dear world"] {
            try theirs.take(ours.document.redo())
            let now = ours.text()
            #expect(now.count == bytes(text).count)
        }
        #expect(ours.document.redo() == [])
        #expect(ours.text() == theirs.text())
    }

    @Test("undoing everything and doing it again gives what was there", arguments: [UInt64(1), 2, 3])
    func roundTrip(seed: UInt64) throws {
        let box = Box(5, false)
        box.document.trackHistory(of: box.document.root(named: "t"))
        var random = SeededNumbers(seed: seed)
        var texts: [[UInt8]] = [[]]
        for _ in 0..<120 where !(try box.edit(&random)).isEmpty {
            box.document.closeUndoStep()
            texts.append(box.text())
        }
        for _ in 0..<3 {
            for text in texts.reversed().dropFirst() {
                _ = box.document.undo()
                #expect(box.text() == text)
            }
            for text in texts.dropFirst() {
                _ = box.document.redo()
                #expect(box.text() == text)
            }
        }
    }

    @Test("what was done before, during and after a lost connection is taken back, and nothing of others")
    func reconnect() throws {
        let (ours, theirs) = (Box(5, false), Box(6, false))
        let (root, far) = (ours.document.root(named: "t"), theirs.document.root(named: "t"))
        ours.document.trackHistory(of: root)
        try theirs.take(try ours.document.insert(bytes("before ").span, at: 0, in: root))
        ours.document.closeUndoStep()
        // Neither hears of the other; both write into and around the same words.
        _ = try ours.document.insert(bytes("during ").span, at: 7, in: root)
        ours.document.closeUndoStep()
        _ = try ours.document.delete(0..<3, in: root)
        ours.document.closeUndoStep()
        _ = try theirs.document.insert(bytes("THEIRS ").span, at: 3, in: far)
        _ = try theirs.document.delete(10..<12, in: far)
        // What a provider does when it is back: each sends what the other's vector lacks.
        let (mine, others) = (ours.document.stateVector(), theirs.document.stateVector())
        try theirs.take(try ours.document.encode(since: others.span))
        try ours.take(try theirs.document.encode(since: mine.span))
        #expect(ours.text() == theirs.text())
        for _ in 0..<3 { try theirs.take(ours.document.undo()) }
        #expect(ours.document.undo() == [] && ours.text() == bytes("THEIRS "))
        for _ in 0..<3 { try theirs.take(ours.document.redo()) }
        #expect(ours.text() == theirs.text())
        let text = String(decoding: ours.text(), as: UTF8.self)
        #expect(text.contains("during ") && text.contains("THEIRS ") && !text.contains("bef"))
    }
}
