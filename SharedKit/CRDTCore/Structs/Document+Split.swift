extension Document {
    /// Cuts an item after its first `units` units; the left part keeps the handle, the right part's is
    /// returned.
    mutating func split(_ handle: UInt32, at units: UInt32, place: StructRow.Place) -> UInt32 {
        var right = items[handle]
        right.clock += units
        right.length -= units
        right.origin = ItemID(client: right.client, clock: right.clock - 1)
        right.left = handle
        items[handle].length = units
        divideContent(of: handle, at: units, into: &right)
        let fresh = makeItem(right)
        items[handle].right = fresh
        if right.right != .none {
            items[right.right].left = fresh
        } else if right.key != .none {
            setLastEntry(of: right.parent, key: right.key, to: fresh)
        } else {
            types[right.parent].end = fresh
        }
        clients[right.client].structs.insert(.init(clock: right.clock, handle: fresh), after: place)
        transaction.splits.append(right.id)
        if right.leaf != .none { indexSplit(handle, fresh) }
        return fresh
    }

    /// Gives each part its own bytes. Both parts already have their lengths.
    private mutating func divideContent(of handle: UInt32, at units: UInt32, into right: inout Item) {
        switch right.kind {
        case .string: divideText(of: handle, at: units, into: &right)
        case .any, .json:
            let taken = elementBytes(items[handle], count: units)
            items[handle].contentBytes = taken
            right.content += taken
            right.contentBytes -= taken
        default: break
        }
    }

    /// How many bytes the first `count` elements of a list of values take.
    func elementBytes(_ item: Item, count: UInt32) -> UInt32 {
        let start = Int(item.content)
        var reader = Reader(clients[item.client].bytes.start, start..<start + Int(item.contentBytes))
        for _ in 0..<count { reader.passElement(item.kind) }
        return UInt32(reader.offset - start)
    }

    private mutating func divideText(of handle: UInt32, at units: UInt32, into right: inout Item) {
        let total = right.contentBytes
        if total == right.length + units {
            items[handle].contentBytes = units
            right.content += units
            right.contentBytes -= units
            return
        }
        let cut = TextCut(clients[right.client].bytes.start + Int(right.content), at: Int(units))
        guard cut.splitsPair else {
            items[handle].contentBytes = UInt32(cut.bytesBefore)
            right.content += UInt32(cut.bytesBefore)
            right.contentBytes -= UInt32(cut.bytesBefore)
            return
        }
        dividePair(of: handle, after: UInt32(cut.bytesBefore), into: &right)
    }

    /// A cut through a surrogate pair leaves U+FFFD on both sides; the parts move to the end of the bytes.
    private mutating func dividePair(of handle: UInt32, after before: UInt32, into right: inout Item) {
        let start = Int(right.content)
        let total = Int(right.contentBytes)
        let after = total - Int(before) - 4
        let client = right.client
        items[handle].content = UInt32(clients[client].bytes.count)
        clients[client].bytes.append(ownRange: start, count: Int(before))
        Replacement.append(to: &clients[client].bytes)
        items[handle].contentBytes = before + 3
        right.content = UInt32(clients[client].bytes.count)
        Replacement.append(to: &clients[client].bytes)
        clients[client].bytes.append(ownRange: start + Int(before) + 4, count: after)
        right.contentBytes = UInt32(after) + 3
        clients[client].deadBytes += total
    }
}
