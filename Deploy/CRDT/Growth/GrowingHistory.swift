import CRDTCore

/// Somebody who takes back everything, and does it again.
final class GrowingHistory {
    private var document = Document(client: 7)
    private let root: Root
    private let steps: Int

    init(steps: Int) throws {
        self.steps = steps
        root = document.root("t")
        document.trackHistory(of: root)
        var dice = Dice(seed: 2)
        let word: [UInt8] = [0x61, 0x62]
        for step in 0..<steps {
            let length = document.utf16Count(root)
            if step % 3 == 2 {
                let start = dice.roll(length)
                _ = try document.delete(start..<min(length, start + 2), in: root)
            } else {
                let place = dice.roll(length + 1)
                _ = try document.insert(word.span, at: place, in: root)
            }
            document.closeUndoStep()
        }
    }

    func measure(into table: inout GrowthTable) throws {
        var taken = 0
        let undone = table.add("undo, per step", among: steps) {
            while document.canUndo, taken < steps {
                _ = document.undo()
                taken += 1
            }
            return taken
        }
        table.add("redo, per step", among: undone) {
            while document.canRedo, taken > 0 {
                _ = document.redo()
                taken -= 1
            }
        }
    }
}
