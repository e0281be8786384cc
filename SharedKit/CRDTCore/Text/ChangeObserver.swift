/// One step of a change to a text, in UTF-16 units, on the result of the steps before it.
package struct TextChange: Equatable, Sendable {
    /// Where it happens.
    package let offset: Int
    /// How many units go.
    package let removed: Int
    /// UTF-8 of what comes.
    package let inserted: [UInt8]

    /// A step at `offset`.
    package init(offset: Int, removed: Int, inserted: [UInt8]) {
        self.offset = offset
        self.removed = removed
        self.inserted = inserted
    }
}

/// Collects what an update does to one root.
struct ChangeObserver {
    let type: UInt32
    var changes: [TextChange] = []
}

extension Document {
    /// Merges an update and appends what it did to a root's visible content, step by step.
    package mutating func apply(
        _ update: Span<UInt8>, observing root: Root, changes: inout [TextChange]
    ) throws(UpdateFault) -> Outcome {
        _ = index(of: root.type)
        observer = ChangeObserver(type: root.type, changes: changes)
        defer { observer = nil }
        let outcome = try apply(update)
        if let observer { changes = observer.changes }
        return outcome
    }

    /// Notes an item that has just become visible.
    mutating func observeInsertion(_ handle: UInt32) {
        guard items[handle].isVisible else { return }
        observeUnits(of: handle, from: 0)
    }

    /// Notes the units of an item from one on that have just become visible.
    mutating func observeUnits(of handle: UInt32, from first: UInt32) {
        let item = items[handle]
        guard let type = observer?.type, item.parent == type, item.leaf != .none else { return }
        var text: [UInt8] = []
        if item.kind == .string {
            let content = content(of: item)
            let start = content.baseAddress.map { TextCut($0, at: Int(first)).bytesBefore } ?? 0
            text = [UInt8](UnsafeBufferPointer(rebasing: content.dropFirst(start)))
        }
        let offset = Int(self.offset(of: handle) + first)
        observer?.changes.append(TextChange(offset: offset, removed: 0, inserted: text))
    }

    /// Notes an item that is about to be deleted.
    mutating func observeDeletion(_ handle: UInt32) {
        let item = items[handle]
        guard let type = observer?.type, item.parent == type, item.isVisible, item.leaf != .none else {
            return
        }
        let change = TextChange(offset: Int(offset(of: handle)), removed: Int(item.length), inserted: [])
        observer?.changes.append(change)
    }

    /// The UTF-16 offset of an item in an indexed list.
    func offset(of handle: UInt32) -> UInt32 {
        let index = types[items[handle].parent].index
        let leaf = items[handle].leaf
        var units = indexes[index].before(leaf).units
        let row = SequenceIndex.row(leaf)
        for slot in 0..<indexes[index].slot(of: handle, in: leaf) {
            units += indexes[index].leafExtents[row + slot].units
        }
        return units
    }
}
