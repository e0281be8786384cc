extension Document {
    /// Ends the changes of a transaction: what was deleted is collected, and neighbours that can be one
    /// struct become one, pair by pair as Yjs tries them, so that both end with the same structs.
    mutating func cleanUp() {
        transaction.deletes.normalize()
        if !keepsDeleted { collectDeleted() }
        joinDeleted()
        for index in 0..<transaction.grown.count {
            let client = transaction.grown[index]
            joinAdded(client, since: clients[client].endBefore)
        }
        joinSplits()
    }

    /// Joins what a client added from a clock on.
    mutating func joinAdded(_ client: UInt32, since clock: UInt32) {
        guard clock < clients[client].end else { return }
        joinRow(
            client, from: max(1, clients[client].position(of: clock)),
            through: clients[client].structs.count - 1)
    }

    /// Joins deleted runs with each other and with what follows them.
    mutating func joinDeleted() {
        var first = 0
        while first < transaction.deletes.count {
            let client = transaction.deletes[first].client
            var end = first + 1
            while end < transaction.deletes.count && transaction.deletes[end].client == client { end += 1 }
            joinRuns(client, first..<end)
            first = end
        }
    }

    /// One pass over a client's row however many runs it has: what is kept moves up over what was joined.
    private mutating func joinRuns(_ client: UInt32, _ runs: Range<Int>) {
        var read = 0
        var kept = 0
        for index in runs {
            let run = transaction.deletes[index]
            let position = clients[client].search(run.clock, from: read)
            if kept == read {
                read = max(position, read, 1)
                kept = read
            } else {
                move(client, &read, &kept, upTo: position)
            }
            let end = run.end
            var isFollower = false
            while read < clients[client].structs.count && !isFollower {
                let entry = clients[client].structs[read]
                isFollower = entry.clock >= end
                if entry.clock < run.clock || !join(clients[client].structs[kept - 1].handle, entry.handle) {
                    clients[client].structs[kept] = entry
                    kept += 1
                }
                read += 1
            }
        }
        clients[client].structs.remove(at: kept, count: read - kept)
    }

    /// Moves entries before `position` up, untouched.
    private mutating func move(_ client: UInt32, _ read: inout Int, _ kept: inout Int, upTo position: Int) {
        while read < position {
            clients[client].structs[kept] = clients[client].structs[read]
            kept += 1
            read += 1
        }
    }

    /// Splits that turned out to be needless are undone.
    mutating func joinSplits() {
        var index = transaction.splits.count
        while index > 0 {
            index -= 1
            let split = transaction.splits[index]
            let position = clients[split.client].position(of: split.clock)
            let next = position + 1
            let last = min(next, clients[split.client].structs.count - 1)
            joinRow(split.client, from: max(1, position), through: last)
        }
        transaction.splits.removeAll(keeping: 4096)
    }
}
