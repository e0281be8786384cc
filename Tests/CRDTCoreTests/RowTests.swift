import CRDTCore
import Testing

@Suite("many structs of one client") struct RowTests {
    @Test("thousands of splits and joins leave what an array would hold", arguments: [UInt64(31), 32])
    func splitsAndJoins(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        var document = Document(client: 5)
        var copy = Document(client: 6)
        let root = document.root(named: "t")
        var model: [UInt8] = []
        for step in 0..<12_000 {
            let start = Int.random(in: 0...model.count, using: &random)
            // Now and then a thousand structs go at once, and chunks with them.
            let most = step % 4_000 == 3_999 ? model.count / 2 : step % 3 == 0 ? 3 : 0
            let range = start..<min(start + most, model.count)
            let word = [UInt8](repeating: UInt8(97 + step % 26), count: 1 + step % 2)
            let update = try document.replace(range, with: word.span, in: root)
            model.replaceSubrange(range, with: word)
            _ = try copy.take(update)
        }
        let text = document.text(root)
        #expect(text == model)
        let state = document.encode()
        #expect(state == (copy.encode()))
        #expect(document.structCount > 4_000)
        var loaded = Document(client: 7)
        _ = try loaded.take(state)
        #expect(loaded.encode() == state)
        #expect(loaded.structCount == (document.structCount))

        _ = try copy.take(try document.delete(0..<model.count, in: root))
        _ = try copy.take(try document.insert([0x78].span, at: 0, in: root))
        #expect(CRDTCoreTests.text(of: &copy) == [0x78])
        #expect(document.encode() == (copy.encode()))
    }

    @Test("a log of one author in order, cut anywhere, merges to what its parts merge to")
    func merging() throws {
        var document = Document(client: 5)
        let root = document.root(named: "t")
        var log: [[UInt8]] = []
        for step in 0..<900 {
            log.append(try document.insert([UInt8(97 + step % 26)].span, at: step % 7 * step / 7, in: root))
        }
        let whole = try UpdateTool.merge(log)
        let reversed = try UpdateTool.merge(log.reversed())
        let parts = [try UpdateTool.merge(Array(log[..<300])), try UpdateTool.merge(Array(log[300...]))]
        #expect(try UpdateTool.merge(parts) == whole)
        #expect(reversed == whole)
        var loaded = Document(client: 7)
        _ = try loaded.take(whole)
        #expect(loaded.encode() == (document.encode()))
    }

    @Test("a log of several authors, each in order, merges to what its parts merge to")
    func mergingAuthors() throws {
        let boxes = [Box(5, false), Box(1 << 53 - 2, false), Box(900_000_007, false)]
        var random = SeededNumbers(seed: 51)
        var log: [[UInt8]] = []
        for step in 0..<900 {
            let update = try boxes[step / 7 % 3].edit(&random)
            for box in boxes where step % 3 == 0 { for known in log.suffix(6) { try box.take(known) } }
            if !update.isEmpty { log.append(update) }
        }
        let whole = try UpdateTool.merge(log)
        #expect(try UpdateTool.merge(log.reversed()) == whole)
        let parts = [try UpdateTool.merge(Array(log[..<300])), try UpdateTool.merge(Array(log[300...]))]
        #expect(try UpdateTool.merge(parts) == whole)
        let (fresh, loaded) = (Box(7, false), Box(8, false))
        for update in log { try fresh.take(update) }
        try loaded.take(whole)
        #expect(loaded.document.encode() == (fresh.document.encode()))
    }
}
