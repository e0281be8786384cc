extension Document {
    /// A handle for a new item; the column may move.
    @inline(__always)
    mutating func makeItem(_ item: Item) -> UInt32 {
        guard freeItem != .none else {
            items.append(item)
            return UInt32(truncatingIfNeeded: items.count - 1)
        }
        let handle = freeItem
        freeItem = items[handle].right
        items[handle] = item
        return handle
    }

    /// Gives a handle back that nothing refers to any more.
    @inline(__always)
    mutating func freeItem(_ handle: UInt32) {
        items[handle].right = freeItem
        freeItem = handle
    }

    /// The struct that covers an id, which is known to exist.
    @inline(__always)
    mutating func handle(at id: ItemID) -> UInt32 {
        let place = clients[id.client].structs.place(of: id.clock)
        return clients[id.client].structs[place].handle
    }

    /// Adds a struct at the end of its client's row.
    @inline(__always)
    mutating func appendStruct(_ handle: UInt32) {
        let item = items[handle]
        markGrown(item.client)
        clients[item.client].structs.append(StructRow.Entry(clock: item.clock, handle: handle))
        clients[item.client].end = item.end
    }

    /// Notes where a client stood before this transaction added to it.
    @inline(__always)
    mutating func markGrown(_ client: UInt32) {
        guard clients[client].transaction != transaction.serial else { return }
        clients[client].transaction = transaction.serial
        clients[client].endBefore = clients[client].end
        transaction.grown.append(client)
    }

    /// Where a client stood when the running transaction began.
    @inline(__always)
    func endBefore(_ client: UInt32) -> UInt32 {
        clients[client].transaction == transaction.serial ? clients[client].endBefore : clients[client].end
    }

    /// The item that ends exactly at `id`, split off if need be; a collected struct is left whole.
    mutating func itemEnding(at id: ItemID) -> UInt32 {
        let place = clients[id.client].structs.place(of: id.clock)
        let handle = clients[id.client].structs[place].handle
        if items[handle].isItem && items[handle].end != id.clock + 1 {
            _ = split(handle, at: id.clock + 1 - items[handle].clock, place: place)
        }
        return handle
    }

    /// The item that starts exactly at `id`, split off if need be; a collected struct is left whole.
    mutating func itemStarting(at id: ItemID) -> UInt32 {
        let place = clients[id.client].structs.place(of: id.clock)
        let handle = clients[id.client].structs[place].handle
        guard items[handle].isItem && items[handle].clock < id.clock else { return handle }
        return split(handle, at: id.clock - items[handle].clock, place: place)
    }
}
