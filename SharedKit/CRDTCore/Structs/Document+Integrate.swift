/// A struct on its way into the document: its neighbours and parent as far as they are known.
struct Arrival {
    var origin = ItemID.none
    var rightOrigin = ItemID.none
    var left: UInt32 = .none
    var right: UInt32 = .none
    /// `.none` when what it belonged to has been collected.
    var parent: UInt32 = .none
    var key: UInt32 = .none
}

extension Document {
    /// Makes a struct part of the document whose dependencies are all there. Its first units may be known.
    mutating func integrate(_ record: StructRecord) {
        let client = denseClient(update.blocks[record.block].client)
        let known = clients[client].end - record.clock
        guard record.isItem else { return appendCollected(client, record.length - known) }
        if known == 0 && extendLastRun(of: client, with: record) { return }
        var arrival = resolve(record)
        if known > 0 { attach(&arrival, to: ItemID(client: client, clock: clients[client].end - 1)) }
        guard arrival.parent != .none else { return appendCollected(client, record.length - known) }
        let item = Item(
            clock: clients[client].end, length: record.length - known, client: client, kind: record.kind,
            origin: arrival.origin, rightOrigin: arrival.rightOrigin, left: arrival.left,
            right: arrival.right,
            parent: arrival.parent, key: arrival.key)
        let handle = makeItem(item)
        storeContent(of: handle, record, skipping: known)
        link(handle)
    }

    /// Typing: the struct continues the client's last run, and nobody wrote in between.
    private mutating func extendLastRun(of client: UInt32, with record: StructRecord) -> Bool {
        guard record.kind == .string, record.hasOrigin, !record.isBroken, record.clock > 0,
            record.originClock == record.clock - 1, record.originClient == clients[client].id
        else { return false }
        let handle = clients[client].structs.last.handle
        guard canExtend(handle), hasRightOrigin(items[handle], of: record) else { return false }
        let count = Int(record.end - record.content)
        extend(handle, with: update.message + Int(record.content), count, units: record.length)
        return true
    }

    /// Whether the item's right origin is the record's, and still its neighbour.
    @inline(__always)
    private func hasRightOrigin(_ item: Item, of record: StructRecord) -> Bool {
        guard record.hasRightOrigin else { return item.rightOrigin.isNone && item.right == .none }
        let right = item.rightOrigin
        return !right.isNone && right.clock == record.rightClock
            && clients[right.client].id == record.rightClient
            && item.right != .none && items[item.right].id == right
    }

    /// The first units are known: what is left hangs on the last of them, and lies where that does. Whoever
    /// wrote the same clocks twice may have named another list this time.
    private mutating func attach(_ arrival: inout Arrival, to last: ItemID) {
        arrival.left = itemEnding(at: last)
        arrival.origin = items[arrival.left].last
        let isItem = items[arrival.left].isItem && arrival.parent != .none
        arrival.parent = isItem ? items[arrival.left].parent : .none
        arrival.key = items[arrival.left].key
    }

    /// Adds a struct whose content and place are forgotten.
    mutating func appendCollected(_ client: UInt32, _ length: UInt32) {
        let item = Item(
            clock: clients[client].end, length: length, client: client, kind: .collected, flags: .deleted,
            origin: .none, rightOrigin: .none, parent: .none, key: .none)
        appendStruct(makeItem(item))
    }

    /// Finds neighbours and parent by the ids on the wire.
    private mutating func resolve(_ record: StructRecord) -> Arrival {
        var arrival = Arrival()
        if record.hasOrigin {
            let client = denseClient(record.originClient)
            arrival.left = itemEnding(at: ItemID(client: client, clock: record.originClock))
            arrival.origin = items[arrival.left].last
        }
        if record.hasRightOrigin {
            let client = denseClient(record.rightClient)
            arrival.right = itemStarting(at: ItemID(client: client, clock: record.rightClock))
            arrival.rightOrigin = items[arrival.right].id
        }
        if record.namesParent {
            nameParent(of: &arrival, record)
        } else if !isCollected(arrival.left) && !isCollected(arrival.right) {
            let neighbour = arrival.left != .none ? arrival.left : arrival.right
            arrival.parent = items[neighbour].parent
            arrival.key = items[neighbour].key
        }
        return arrival
    }

    private func isCollected(_ handle: UInt32) -> Bool { handle != .none && !items[handle].isItem }

    /// Reads the parent that a struct without origins names, and the key in it.
    private mutating func nameParent(of arrival: inout Arrival, _ record: StructRecord) {
        var reader = Reader(update.message, Int(record.start) + 1..<Int(record.end))
        do {
            switch try reader.parentName() {
            case .root(let name): arrival.parent = rootType(named: reader.bytes(name))
            case .item(let client, let clock):
                let owner = handle(at: ItemID(client: denseClient(client), clock: clock))
                if items[owner].kind == .type { arrival.parent = items[owner].content }
            }
            guard record.info & InfoBit.key != 0 else { return }
            arrival.key = names.intern(reader.bytes(try reader.block()))
        } catch {
            preconditionFailure("the record was checked when it was read")
        }
    }
}
