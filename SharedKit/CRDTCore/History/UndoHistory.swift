/// What the local user did to one root, to take it back: ids of what was inserted, text of what was deleted.
///
/// It refers to ids and not to offsets, so what others write meanwhile, or what comes in after a reconnect,
/// does not disturb it. Only local edits of the tracked root enter it.
struct UndoHistory: ~Copyable {
    /// One piece of an edit.
    struct Entry: BitwiseCopyable {
        var client: UInt32
        var clock: UInt32
        var length: UInt32
        /// Where the deleted text lies among the texts of its stack; `.none` for an insertion.
        var text: UInt32 = .none
        var textBytes: UInt32 = 0

        var isInsertion: Bool { text == .none }
        var end: UInt32 { clock + length }
    }

    /// Steps to take back, last one on top.
    struct Stack: ~Copyable {
        var entries = Column<Entry>()
        var texts = Column<UInt8>()
        /// First entry of each step.
        var steps = Column<Int>()
        var isOpen = false
    }

    enum Mode { case editing, undoing, redoing }

    var type: UInt32 = .none
    var mode = Mode.editing
    var undo = Stack()
    var redo = Stack()
    var revivals = Revivals()
}

extension UndoHistory.Stack {
    var isEmpty: Bool { steps.isEmpty }

    mutating func add(_ entry: UndoHistory.Entry, _ text: UnsafeBufferPointer<UInt8>) {
        if !isOpen { steps.append(entries.count) }
        isOpen = true
        let last = entries.count - 1
        if entry.isInsertion, last >= steps[steps.count - 1], entries[last].isInsertion,
            entries[last].end == entry.clock
        {
            entries[last].length += entry.length
            return
        }
        var entry = entry
        if !entry.isInsertion {
            entry.text = UInt32(texts.count)
            entry.textBytes = UInt32(text.count)
            if let base = text.baseAddress { texts.append(from: base, count: text.count) }
        }
        entries.append(entry)
        if texts.count > Limits.undoBytes || entries.count > Limits.undoEntries { forgetOldest() }
    }

    /// Drops the older half of the steps.
    private mutating func forgetOldest() {
        guard steps.count > 1 else { return }
        let half = steps.count / 2
        let dropped = steps[half]
        var bytes = 0
        for index in 0..<dropped { bytes += Int(entries[index].textBytes) }
        entries.remove(at: 0, count: dropped)
        texts.remove(at: 0, count: bytes)
        steps.remove(at: 0, count: half)
        for index in 0..<steps.count { steps[index] -= dropped }
        for index in 0..<entries.count where !entries[index].isInsertion {
            entries[index].text -= UInt32(bytes)
        }
    }

    /// Takes the last step off, its texts included.
    mutating func takeStep(into step: inout UndoHistory.Stack) {
        let first = steps[steps.count - 1]
        for index in first..<entries.count {
            let entry = entries[index]
            guard !entry.isInsertion else {
                step.add(entry, UnsafeBufferPointer(start: nil, count: 0))
                continue
            }
            step.add(
                entry, UnsafeBufferPointer(start: texts.start + Int(entry.text), count: Int(entry.textBytes)))
        }
        for index in first..<entries.count where !entries[index].isInsertion {
            texts.truncate(to: Int(entries[index].text))
            break
        }
        entries.truncate(to: first)
        steps.removeLast()
        isOpen = false
    }

    mutating func clear() {
        entries.removeAll()
        texts.removeAll()
        steps.removeAll()
        isOpen = false
    }
}
