extension Document {
    /// Puts an item whose `left` and `right` are its wished neighbours into its list, and lets it take
    /// effect.
    mutating func link(_ handle: UInt32) {
        items[handle].left = settledLeft(of: items[handle])
        insertIntoList(handle)
        appendStruct(handle)
        takeEffect(handle)
    }

    /// The item after which `item` belongs. The merge algorithm: the same on every replica, whatever came
    /// first.
    private mutating func settledLeft(of item: Item) -> UInt32 {
        let isUndisputed =
            item.left == .none
            ? item.right != .none && items[item.right].left == .none
            : items[item.left].right == item.right
        return isUndisputed ? item.left : scanConflicts(item)
    }

    /// YATA: walks over what others put into the same gap. Every item passed gets a rising mark, so that
    /// "passed in this scan" and "passed since the last move" are comparisons; marks of older scans are
    /// smaller.
    private mutating func scanConflicts(_ item: Item) -> UInt32 {
        beginScan()
        let scanStart = scanned
        var movedAt = scanned
        var left = item.left
        var other = firstRival(of: item)
        while other != .none && other != item.right {
            scanned += 1
            items[other].mark = scanned
            let rival = items[other]
            if rival.origin == item.origin {
                if clients[rival.client].id < clients[item.client].id {
                    left = other
                    movedAt = scanned
                } else if rival.rightOrigin == item.rightOrigin {
                    break
                }
            } else {
                guard !rival.origin.isNone else { break }
                let mark = items[handle(at: rival.origin)].mark
                guard mark > scanStart else { break }
                if mark <= movedAt {
                    left = other
                    movedAt = scanned
                }
            }
            other = rival.right
        }
        return left
    }

    private func firstRival(of item: Item) -> UInt32 {
        if item.left != .none { return items[item.left].right }
        return item.key == .none ? types[item.parent].start : firstEntry(of: item.parent, key: item.key)
    }

    /// Marks start over before they could overflow within one scan.
    private mutating func beginScan() {
        guard UInt64(scanned) + UInt64(items.count) >= UInt64(UInt32.max) else { return }
        for index in 0..<items.count { items[index].mark = 0 }
        scanned = 0
    }

    /// Links an item between its left neighbour and whatever follows that now.
    private mutating func insertIntoList(_ handle: UInt32) {
        let item = items[handle]
        let right: UInt32
        if item.left != .none {
            right = items[item.left].right
            items[item.left].right = handle
        } else if item.key != .none {
            right = firstEntry(of: item.parent, key: item.key)
        } else {
            right = types[item.parent].start
            types[item.parent].start = handle
        }
        items[handle].right = right
        if right != .none {
            items[right].left = handle
        } else if item.key == .none {
            types[item.parent].end = handle
        }
    }

    /// Lengths, map values, and deletion by what is already known.
    private mutating func takeEffect(_ handle: UInt32) {
        let item = items[handle]
        if item.kind == .deleted {
            items[handle].flags.insert(.deleted)
            noteDeleted(item)
        }
        if item.key == .none {
            if item.kind.isCountable { types[item.parent].length += item.length }
            if item.kind == .format { types[item.parent].marks += 1 }
            if types[item.parent].index != .none { indexInsert(handle) }
        } else if item.right == .none {
            setLastEntry(of: item.parent, key: item.key, to: handle)
            if item.left != .none { delete(item.left) }
        }
        if isDeleted(type: item.parent) || (item.key != .none && item.right != .none) { delete(handle) }
        if observer.isActive { observeInsertion(handle) }
    }
}
