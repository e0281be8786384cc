extension Document {
    /// The dense index of a client, or nil while nothing of it is known.
    @inline(__always)
    mutating func knownClient(_ id: UInt64) -> UInt32? {
        if lastClient != .none && clients[lastClient].id == id { return lastClient }
        guard let index = findClient(id) else { return nil }
        lastClient = index
        return index
    }

    func findClient(_ id: UInt64) -> UInt32? {
        clientIndex.find(scramble(id, 0, seed: seed)) { clients[$0].id == id }
    }

    /// The dense index of a client, given out now if it is new.
    mutating func denseClient(_ id: UInt64) -> UInt32 {
        if let known = knownClient(id) { return known }
        let fresh = UInt32(clients.count)
        clients.append(ClientStore(id: id))
        clientIndex.insert(fresh, scramble(id, 0, seed: seed))
        lastClient = fresh
        return fresh
    }

    /// The dense index of the client whose edits are ours.
    @inline(__always)
    mutating func ownClient() -> UInt32 {
        if ownIndex == .none { ownIndex = denseClient(client) }
        return ownIndex
    }

    /// The next clock of a client; 0 for one that is not known.
    @inline(__always)
    mutating func state(of client: UInt64) -> UInt32 {
        guard let index = knownClient(client) else { return 0 }
        return clients[index].end
    }

    /// Adds the known clients by descending id: the order in which Yjs writes them.
    func listClients(into order: inout Column<UInt32>) {
        order.reserve(clients.count)
        for index in 0..<clients.count where clients[index].end > 0 { order.append(UInt32(index)) }
        order.sort { SortKey(~clients[$0].id) }
    }
}
