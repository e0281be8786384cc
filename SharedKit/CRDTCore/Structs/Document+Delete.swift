extension Document {
    /// Deletes an item and, if it holds a type, everything in that.
    mutating func delete(_ handle: UInt32) {
        guard !items[handle].isDeleted else { return }
        markDeleted(handle)
        if items[handle].kind == .type { deleteContent(of: items[handle].content) }
    }

    private mutating func markDeleted(_ handle: UInt32) {
        let item = items[handle]
        if observer.isActive { observeDeletion(handle) }
        if item.key == .none && item.kind.isCountable { types[item.parent].length -= item.length }
        if item.key == .none && item.kind == .format { types[item.parent].marks -= 1 }
        if item.leaf != .none { indexHide(handle) }
        items[handle].flags.insert(.deleted)
        noteDeleted(item)
    }

    /// Adds an item's clocks to the transaction's deletions.
    mutating func noteDeleted(_ item: Item) {
        noteDeleted(DeletedRun(client: item.client, clock: item.clock, length: item.length))
    }

    mutating func noteDeleted(_ run: DeletedRun) {
        let count = transaction.deletes.count
        if count > 0, transaction.deletes[count - 1].client == run.client,
            transaction.deletes[count - 1].end == run.clock
        {
            transaction.deletes[count - 1].length += run.length
        } else {
            transaction.deletes.append(run)
        }
    }

    /// Types may be nested as deep as an attacker likes: the stack is ours.
    private mutating func deleteContent(of type: UInt32) {
        var stack = Column<UInt32>()
        stack.append(type)
        while !stack.isEmpty {
            let type = stack[stack.count - 1]
            stack.removeLast()
            var item = types[type].start
            while item != .none {
                deleteChild(item, &stack)
                item = items[item].right
            }
            var entry = types[type].firstEntry
            while entry != .none {
                if entries[entry].item != .none { deleteChild(entries[entry].item, &stack) }
                entry = entries[entry].next
            }
        }
    }

    private mutating func deleteChild(_ handle: UInt32, _ stack: inout Column<UInt32>) {
        let item = items[handle]
        if item.isDeleted {
            // It will be collected with its parent, and may then merge although it is not in the delete set.
            if item.clock < endBefore(item.client) { transaction.splits.append(item.id) }
            return
        }
        markDeleted(handle)
        if item.kind == .type { stack.append(item.content) }
    }

    /// Deletes a range of clocks, or keeps for later what is not known yet.
    mutating func apply(_ range: DeletedClocks) -> Bool {
        let client = knownClient(range.client) ?? .none
        let state = client == .none ? 0 : clients[client].end
        if range.end > state { keep(range, from: max(range.clock, state)) }
        guard range.clock < state else { return false }
        deleteKnown(client, range.clock, min(range.end, state))
        return range.end <= state
    }

    private mutating func keep(_ range: DeletedClocks, from clock: UInt32) {
        pendingDeletes.append(DeletedClocks(client: range.client, clock: clock, length: range.end - clock))
    }

    private mutating func deleteKnown(_ client: UInt32, _ clock: UInt32, _ end: UInt32) {
        var place = clients[client].structs.place(of: clock)
        let first = clients[client].structs[place].handle
        if items[first].clock < clock {
            if !items[first].isDeleted { _ = split(first, at: clock - items[first].clock, place: place) }
            place = clients[client].structs.next(after: clients[client].structs.place(of: clock - 1))
        }
        while let entry = clients[client].structs.entry(at: place), entry.clock < end {
            let item = items[entry.handle]
            if !item.isDeleted {
                if end < item.end { _ = split(entry.handle, at: end - item.clock, place: place) }
                delete(entry.handle)
            }
            // A split may have moved the entries, but then this was the last.
            guard item.end < end else { return }
            place = clients[client].structs.next(after: place)
        }
    }
}
