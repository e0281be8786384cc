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
        joinRow(client, from: clients[client].structs.place(of: clock), to: .max)
    }

    /// Joins deleted runs with each other and with what follows them.
    mutating func joinDeleted() {
        for index in 0..<transaction.deletes.count {
            let run = transaction.deletes[index]
            var place = clients[run.client].structs.place(of: run.clock)
            if clients[run.client].structs[place].clock < run.clock {
                place = clients[run.client].structs.next(after: place)
            }
            joinRow(run.client, from: place, to: run.end)
        }
    }

    /// Splits that turned out to be needless are undone.
    mutating func joinSplits() {
        var index = transaction.splits.count
        while index > 0 {
            index -= 1
            let split = transaction.splits[index]
            let place = clients[split.client].structs.place(of: split.clock)
            joinRow(split.client, from: place, to: clients[split.client].structs[place].clock + 1)
        }
        transaction.splits.removeAll(keeping: 4096)
    }
}
