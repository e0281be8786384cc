extension Document {
    /// Starts to remember local edits of a root; forgets what was remembered before.
    package mutating func trackHistory(of root: Root) {
        history = UndoHistory()
        history.type = root.type
    }

    /// Whether there is something to take back.
    package var canUndo: Bool { !history.undo.isEmpty }

    /// Whether something taken back can be done again.
    package var canRedo: Bool { !history.redo.isEmpty }

    /// The next edit starts a new step. Without this call all edits are one; editors make one of what is
    /// typed within half a second.
    package mutating func closeUndoStep() { history.undo.isOpen = false }

    /// Takes the last step back and returns the update to send; empty when there is none.
    package mutating func undo() -> [UInt8] {
        step(.undoing) ? writer.take() : []
    }

    /// Does the step again that was taken back last and returns the update to send; empty when there is none.
    package mutating func redo() -> [UInt8] {
        step(.redoing) ? writer.take() : []
    }

    /// Takes a step back or does it again; the update is then in the writer. False when there is none.
    @discardableResult
    mutating func step(_ mode: UndoHistory.Mode) -> Bool {
        guard mode == .undoing ? canUndo : canRedo, !isTransacting else { return false }
        var step = UndoHistory.Stack()
        if mode == .undoing { history.undo.takeStep(into: &step) } else { history.redo.takeStep(into: &step) }
        replay(step, as: mode)
        return true
    }

    private mutating func replay(_ step: borrowing UndoHistory.Stack, as mode: UndoHistory.Mode) {
        transaction.begin()
        isTransacting = true
        history.mode = mode
        var index = step.entries.count
        while index > 0 {
            index -= 1
            let entry = step.entries[index]
            transaction.editStart = clients[ownClient()].end
            if entry.isInsertion {
                takeBack(entry)
            } else {
                let text = step.texts.start + Int(entry.text)
                revive(entry, UnsafeBufferPointer(start: text, count: Int(entry.textBytes)))
            }
            finishEdit()
        }
        history.mode = .editing
        history.undo.isOpen = false
        history.redo.isOpen = false
        writeCommit()
        isTransacting = false
    }

    /// Deletes what is still there of an insertion, and of what it came back as.
    private mutating func takeBack(_ entry: UndoHistory.Entry) {
        cursor.forget()
        var clock = entry.clock
        while clock < entry.end {
            let id = ItemID(client: entry.client, clock: clock)
            var found = handle(at: id)
            let end = min(items[found].end, entry.end)
            if items[found].isVisible {
                found = itemStarting(at: id)
                _ = itemEnding(at: ItemID(client: entry.client, clock: end - 1))
                rememberDeletion(found)
                delete(found)
            } else {
                takeBackRevivals(entry.client, clock..<end)
            }
            clock = end
        }
    }

    private mutating func takeBackRevivals(_ client: UInt32, _ clocks: Range<UInt32>) {
        guard var place = history.revivals.place(of: client, endingAfter: clocks.lowerBound) else { return }
        while let revival = history.revivals.next(&place, before: clocks.upperBound) {
            let from = max(revival.old.clock, clocks.lowerBound)
            let to = min(revival.old.end, clocks.upperBound)
            if from < to {
                let clock = revival.clock + from - revival.old.clock
                takeBack(UndoHistory.Entry(client: ownClient(), clock: clock, length: to - from))
            }
        }
    }

    /// Inserts deleted text again, right behind what is left of it.
    private mutating func revive(_ entry: UndoHistory.Entry, _ text: UnsafeBufferPointer<UInt8>) {
        let own = ownClient()
        guard let base = text.baseAddress, contentTotal + text.count <= Limits.contentBytes,
            entry.length < UInt32(Limits.largestClock) - clients[own].end
        else { return }
        let left = itemEnding(at: ItemID(client: entry.client, clock: entry.end - 1))
        guard items[left].isItem, items[left].parent == history.type else { return }
        let clock = clients[own].end
        rememberInsertion(clock, entry.length, in: history.type)
        add(base, text.count, units: entry.length, between: left, items[left].right, of: history.type)
        cursor.forget()
        history.revivals.note(entry, own, at: clock)
    }

    /// Notes an insertion of our own.
    mutating func rememberInsertion(_ clock: UInt32, _ units: UInt32, in type: UInt32) {
        guard history.type == type else { return }
        let entry = UndoHistory.Entry(client: ownClient(), clock: clock, length: units)
        remember(entry, UnsafeBufferPointer(start: nil, count: 0))
    }

    /// Notes a deletion of our own, just before it happens.
    mutating func rememberDeletion(_ handle: UInt32) {
        let item = items[handle]
        guard history.type == item.parent, item.kind == .string else { return }
        let entry = UndoHistory.Entry(client: item.client, clock: item.clock, length: item.length, text: 0)
        remember(entry, content(of: item))
    }

    private mutating func remember(_ entry: UndoHistory.Entry, _ text: UnsafeBufferPointer<UInt8>) {
        switch history.mode {
        case .editing:
            history.redo.clear()
            history.undo.add(entry, text)
        case .undoing: history.redo.add(entry, text)
        case .redoing: history.undo.add(entry, text)
        }
    }
}
