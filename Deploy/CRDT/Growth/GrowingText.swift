import CRDTCore

/// A text that was written here and there, so that hardly two of its structs are one.
final class GrowingText {
    private var document = Document(client: 7, keepsDeleted: true)
    private var far = Document(client: 8)
    private let root: Root
    private let farRoot: Root
    private var dice = Dice(seed: 1)
    private let edits: Int

    init(edits: Int) throws {
        self.edits = edits
        root = document.root("t")
        farRoot = far.root("t")
        for edit in 0..<edits { try write(edit) }
    }

    private func write(_ edit: Int) throws {
        let length = document.utf16Count(root)
        if edit % 5 == 4 {
            let start = dice.roll(length)
            _ = try document.delete(start..<min(length, start + 2), in: root)
        } else {
            let word = Array((edit % 9 == 0 ? "wo\n" : "wor").utf8)
            let place = dice.roll(length + 1)
            _ = try document.insert(word.span, at: place, in: root)
        }
    }

    func measure(into table: inout GrowthTable) throws {
        let version = document.version()
        let vector = document.stateVector()
        try edit(into: &table)
        try locate(into: &table)
        try carry(since: vector, into: &table)
        try table.add("read a version, per struct", among: edits) {
            _ = try document.text(root, at: version.span)
        }
        _ = table.add("read the text, per struct", among: edits) { document.text(root) }
        try rewrite(into: &table)
    }

    private func edit(into table: inout GrowthTable) throws {
        let count = 2000
        try table.add("insert or delete somewhere", among: count) {
            for edit in 0..<count { try write(edit) }
        }
        try table.add("type in a row", among: count) { try type(count) }
        let updates = try fromFar(count)
        try table.add("take in another's edit", among: count) {
            for update in updates { _ = try document.apply(update.span) }
        }
    }

    private func type(_ count: Int) throws {
        let letter: [UInt8] = [0x61]
        let place = dice.roll(document.utf16Count(root))
        for step in 0..<count { _ = try document.insert(letter.span, at: place + step, in: root) }
    }

    /// Edits of another replica that knows this one's.
    private func fromFar(_ count: Int) throws -> [[UInt8]] {
        let state = document.encode()
        _ = try far.apply(state.span)
        let letter: [UInt8] = [0x62]
        var updates: [[UInt8]] = []
        for _ in 0..<count {
            let place = dice.roll(far.utf16Count(farRoot))
            updates.append(try far.insert(letter.span, at: place, in: farRoot))
        }
        return updates
    }

    private func locate(into table: inout GrowthTable) throws {
        let count = 2000
        let anchors = try (0..<count).map { _ in
            try document.anchor(at: dice.roll(document.utf16Count(root)), assoc: 0, in: root)
        }
        table.add("find a cursor again", among: count) {
            for anchor in anchors { _ = document.resolve(anchor) }
        }
        let lines = document.lineCount(root)
        try table.add("line and column to offset", among: count) {
            for _ in 0..<count {
                _ = try document.utf16Offset(of: .line(dice.roll(lines), column: 0), in: root)
            }
        }
    }

    /// What goes to disk and to others.
    private func carry(since vector: [UInt8], into table: inout GrowthTable) throws {
        let state = table.add("encode all, per struct", among: edits) { document.encode() }
        try table.add("load all, per struct", among: edits) { _ = try Replica(client: 9).apply(state) }
        let snapshot = table.add("write a snapshot, per struct", among: edits) { document.snapshot() }
        try table.add("read a snapshot, per struct", among: edits) {
            _ = try Replica(snapshot: snapshot).length
        }
        try table.add("what is new since 4000 edits", among: 1) {
            _ = try document.encode(since: vector.span)
        }
        table.add("state vector", among: 100) { for _ in 0..<100 { _ = document.stateVector() } }
    }

    private func rewrite(into table: inout GrowthTable) throws {
        var text = document.text(root)
        let half = text.count / 2
        text.replaceSubrange(half..<half, with: Array("\nchanged\n".utf8))
        try table.add("PUT with one line changed, per struct", among: edits) {
            _ = try document.replaceAll(with: text.span, in: root)
        }
        let other = Array(text.reversed().filter { $0 < 0x80 })
        try table.add("PUT of another text, per struct", among: edits) {
            _ = try document.replaceAll(with: other.span, in: root)
        }
    }
}
