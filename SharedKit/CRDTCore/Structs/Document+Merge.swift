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

    /// Tries to join each struct of a client's row from `first` to `last` into the one before it, and returns
    /// how many were. Joining is associative, so one pass forward does what Yjs does from the right.
    @discardableResult
    mutating func joinRow(_ client: UInt32, from first: Int, through last: Int) -> Int {
        guard first > 0, first <= last else { return 0 }
        var kept = first - 1
        for position in first...last {
            let entry = clients[client].structs[position]
            if join(clients[client].structs[kept].handle, entry.handle) { continue }
            kept += 1
            if kept != position { clients[client].structs[kept] = entry }
        }
        clients[client].structs.remove(at: kept + 1, count: last - kept)
        return last - kept
    }
}
