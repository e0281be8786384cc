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
struct ChangeObserver: ~Copyable {
    /// `.none` while nobody observes.
    var type: UInt32 = .none
    /// For each change its offset, removed units, and inserted bytes as a varBuffer.
    var changes = ByteWriter()

    var isActive: Bool { type != .none }

    mutating func note(_ offset: UInt32, removed: UInt32, inserted: UnsafeBufferPointer<UInt8>) {
        changes.number(offset)
        changes.number(removed)
        changes.block(inserted)
    }

    /// Appends the changes as values.
    borrowing func read(into list: inout [TextChange]) {
        guard let base = changes.written.baseAddress else { return }
        var reader = Reader(base, 0..<changes.count)
        do throws(UpdateFault) {
            while !reader.isAtEnd {
                let (offset, removed) = (Int(try reader.number()), Int(try reader.number()))
                let inserted = [UInt8](reader.bytes(try reader.block()))
                list.append(TextChange(offset: offset, removed: removed, inserted: inserted))
            }
        } catch {
            preconditionFailure("the changes are our own")
        }
    }
}

extension Document {
    /// Merges an update and appends what it did to a root's visible content, step by step.
    package mutating func apply(
        _ update: Span<UInt8>, observing root: Root, changes: inout [TextChange]
    ) throws(UpdateFault) -> Outcome {
        beginObserving(root)
        defer { observer.type = .none }
        let outcome = try apply(update)
        observer.read(into: &changes)
        return outcome
    }

    mutating func beginObserving(_ root: Root) {
        _ = index(of: root.type)
        observer.type = root.type
        observer.changes.clear()
    }

    /// Notes an item that has just become visible.
    mutating func observeInsertion(_ handle: UInt32) {
        guard items[handle].isVisible else { return }
        observeUnits(of: handle, from: 0)
    }

    /// Notes the units of an item from one on that have just become visible.
    mutating func observeUnits(of handle: UInt32, from first: UInt32) {
        let item = items[handle]
        guard item.parent == observer.type, item.leaf != .none else { return }
        var text = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        if item.kind == .string, let base = content(of: item).baseAddress {
            let start = TextCut(base, at: Int(first)).bytesBefore
            text = UnsafeBufferPointer(start: base + start, count: Int(item.contentBytes) - start)
        }
        observer.note(offset(of: handle) + first, removed: 0, inserted: text)
    }

    /// Notes an item that is about to be deleted.
    mutating func observeDeletion(_ handle: UInt32) {
        let item = items[handle]
        guard item.parent == observer.type, item.isVisible, item.leaf != .none else { return }
        let nothing = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        observer.note(offset(of: handle), removed: item.length, inserted: nothing)
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
