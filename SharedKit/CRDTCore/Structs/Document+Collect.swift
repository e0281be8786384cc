extension Document {
    /// Forgets the content of everything the transaction has deleted.
    mutating func collectDeleted() {
        var dirty: UInt32 = .none
        for index in 0..<transaction.deletes.count {
            let run = transaction.deletes[index]
            var place = clients[run.client].structs.place(of: run.clock)
            while let entry = clients[run.client].structs.entry(at: place), entry.clock < run.end {
                let item = items[entry.handle]
                if item.isItem && item.isDeleted { collectContent(of: entry.handle) }
                place = clients[run.client].structs.next(after: place)
            }
            if dirty != .none && dirty != run.client { compactContent(of: dirty) }
            dirty = run.client
        }
        if dirty != .none { compactContent(of: dirty) }
    }

    /// The item stays where it is and keeps only its length.
    private mutating func collectContent(of handle: UInt32) {
        let item = items[handle]
        guard item.kind != .deleted else { return }
        clients[item.client].deadBytes += content(of: item).count
        if item.kind == .type { collectChildren(of: item.content) }
        items[handle].kind = .deleted
        items[handle].content = 0
        items[handle].contentBytes = 0
    }

    /// What lay in a deleted type loses its place as well.
    private mutating func collectChildren(of type: UInt32) {
        var stack = Column<UInt32>()
        stack.append(type)
        while !stack.isEmpty {
            let type = stack[stack.count - 1]
            stack.removeLast()
            var item = types[type].start
            while item != .none {
                let next = items[item].right
                collectChild(item, &stack)
                item = next
            }
            types[type].start = .none
            collectEntries(of: type, &stack)
            dropIndex(of: type)
        }
    }

    private mutating func collectEntries(of type: UInt32, _ stack: inout Column<UInt32>) {
        var entry = types[type].firstEntry
        while entry != .none {
            var item = entries[entry].item
            while item != .none {
                let next = items[item].left
                collectChild(item, &stack)
                item = next
            }
            entries[entry].item = .none
            entry = entries[entry].next
        }
    }

    private mutating func collectChild(_ handle: UInt32, _ stack: inout Column<UInt32>) {
        let item = items[handle]
        if item.kind == .type { stack.append(item.content) }
        clients[item.client].deadBytes += content(of: item).count
        items[handle] = Item(
            clock: item.clock, length: item.length, client: item.client, kind: .collected, flags: .deleted,
            origin: .none, rightOrigin: .none, parent: .none, key: .none)
    }
}
