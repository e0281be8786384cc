extension Document {
    /// Joins `right` into `left`, its neighbour in the client's row, if the two can be one struct.
    mutating func join(_ left: UInt32, _ right: UInt32) -> Bool {
        let first = items[left]
        let second = items[right]
        guard first.kind == second.kind, first.flags == second.flags else { return false }
        if first.kind == .collected {
            items[left].length += second.length
            freeItem(right)
            return true
        }
        guard first.kind.isMergeable, second.origin == first.last, first.right == right,
            first.rightOrigin == second.rightOrigin
        else { return false }
        if !first.kind.isOnlyLength { joinContent(left, right) }
        if second.leaf != .none { indexJoin(left, right) }
        items[left].length += second.length
        unlinkJoined(second, from: left)
        if cursor.item == right { cursor.forget() }
        freeItem(right)
        return true
    }

    private mutating func unlinkJoined(_ second: Item, from left: UInt32) {
        items[left].right = second.right
        if second.right != .none {
            items[second.right].left = left
        } else if second.key != .none {
            setLastEntry(of: second.parent, key: second.key, to: left)
        } else {
            types[second.parent].end = left
        }
    }

    /// Consecutive runs of a client usually lie next to each other; what was cut apart is copied together.
    private mutating func joinContent(_ left: UInt32, _ right: UInt32) {
        let first = items[left]
        let second = items[right]
        if first.content + first.contentBytes != second.content {
            let client = first.client
            items[left].content = UInt32(clients[client].bytes.count)
            clients[client].bytes.append(ownRange: Int(first.content), count: Int(first.contentBytes))
            clients[client].bytes.append(ownRange: Int(second.content), count: Int(second.contentBytes))
            clients[client].deadBytes += Int(first.contentBytes + second.contentBytes)
            contentTotal += Int(first.contentBytes + second.contentBytes)
        }
        items[left].contentBytes += second.contentBytes
    }

    /// Tries to join each struct of a client's row into the one before it, from a place through the first
    /// struct that starts at `end` or later. Joining is associative, so one pass forward does what Yjs does
    /// from the right.
    mutating func joinRow(_ client: UInt32, from start: StructRow.Place, to end: UInt32) {
        var place = start == .init() ? clients[client].structs.next(after: start) : start
        var left = clients[client].structs.entry(before: place).handle
        var isLast = false
        while !isLast && place.chunk < clients[client].structs.chunkCount {
            let count = clients[client].structs.count(ofChunk: place.chunk)
            var kept = place
            while !isLast && place.slot < count {
                let entry = clients[client].structs[place]
                isLast = entry.clock >= end
                if !join(left, entry.handle) {
                    left = entry.handle
                    clients[client].structs[kept] = entry
                    kept.slot += 1
                }
                place.slot += 1
            }
            place = clients[client].structs.remove(kept.slot..<place.slot, ofChunk: place.chunk)
        }
    }
}
