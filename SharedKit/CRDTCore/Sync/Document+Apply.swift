extension Document {
    /// Merges an update in version 1 of the format into the document: any order, any number of times.
    ///
    /// - Throws: `UpdateFault` for bytes that are not such an update; the document is then unchanged.
    package mutating func apply(_ update: Span<UInt8>) throws(UpdateFault) -> Outcome {
        try update.withUnsafeBufferPointer { (message) throws(UpdateFault) in
            let isOriginal = try receive(message)
            let news: Outcome.News =
                transaction.isEmpty ? .nothing : isOriginal ? .original : .encoded(commit())
            return Outcome(news: news, isPending: hasPending)
        }
    }

    /// Merges an update and returns the bytes with which Yjs would tell others, empty when nothing is new.
    package mutating func applyEncoding(_ update: Span<UInt8>) throws(UpdateFault) -> [UInt8] {
        try update.withUnsafeBufferPointer { (message) throws(UpdateFault) in
            _ = try receive(message)
            return commit()
        }
    }

    /// The whole transaction of one update. Returns whether the message itself says what has changed.
    mutating func receive(_ message: UnsafeBufferPointer<UInt8>) throws(UpdateFault) -> Bool {
        precondition(!isTransacting, "an update inside `transact`")
        try update.decode(message)
        try checkClients()
        makePlan()
        guard contentTotal + 3 * message.count <= Limits.contentBytes else { throw .tooLarge }
        try checkPending()
        let isOriginal = integrateAll()
        if message.count > Limits.bulkBytes, message.count * 16 > items.memoryBytes { trim() }
        return isOriginal
    }

    /// Integrates what was read and planned. Returns whether it says all that has changed.
    @discardableResult
    mutating func integrateAll() -> Bool {
        transaction.begin()
        cursor.forget()
        var isOriginal = plan.isWhole && pending.isEmpty && pendingDeletes.isEmpty
        integratePlan()
        for index in 0..<update.deletes.count where !apply(update.deletes[index]) { isOriginal = false }
        if !isOriginal {
            retryPendingDeletes()
            retryPending()
            retryPendingDeletes()
        }
        cleanUp()
        return isOriginal
    }

    /// Refuses more clients than a document may have: what it tells others has to be taken by them.
    mutating func checkClients() throws(UpdateFault) {
        guard clients.count + update.blocks.count > Limits.clients else { return }
        var all = clients.count
        for index in 0..<update.blocks.count where findClient(update.blocks[index].client) == nil {
            all += 1
        }
        guard all <= Limits.clients else { throw .tooManyClients }
    }

    /// After a document has been loaded: room that was made in leaps, and for the message, goes back.
    mutating func trim() {
        update.clear()
        plan.clear()
        items.shrink()
        types.shrink()
        for index in 0..<transaction.grown.count {
            clients[transaction.grown[index]].structs.shrink()
            clients[transaction.grown[index]].bytes.shrink()
        }
    }

    /// Integrates what was planned and keeps what has to wait.
    mutating func integratePlan() {
        if plan.order.count > 256 { items.reserve(items.count + plan.order.count) }
        for index in 0..<plan.order.count { integrate(update.records[plan.order[index]]) }
        keepStuck()
    }
}
