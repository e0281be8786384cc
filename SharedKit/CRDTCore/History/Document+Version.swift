extension Document {
    /// What is there now, to come back to: `Y.encodeSnapshot(Y.snapshot(doc))`.
    package func version() -> [UInt8] {
        var order = Column<UInt32>()
        listClients(into: &order)
        var writer = ByteWriter()
        writeDeletes(order, to: &writer)
        writer.number(order.count)
        for index in 0..<order.count {
            writer.number(clients[order[index]].id)
            writer.number(clients[order[index]].end)
        }
        return writer.take()
    }

    /// The text of a root at a version.
    ///
    /// - Throws: `contentGone` unless the document keeps what was deleted.
    package func text(_ root: Root, at version: Span<UInt8>) throws(UpdateFault) -> [UInt8] {
        guard keepsDeleted else { throw .contentGone }
        return try version.withUnsafeBufferPointer { (bytes) throws(UpdateFault) in
            let view = try VersionView(bytes)
            var writer = ByteWriter()
            var handle = types[root.type].start
            while handle != .none {
                let item = items[handle]
                if item.kind == .string { write(item, seenBy: view, to: &writer) }
                handle = item.right
            }
            return writer.take()
        }
    }

    /// Writes the parts of an item that a version knows and has not deleted.
    private func write(_ item: Item, seenBy view: borrowing VersionView, to writer: inout ByteWriter) {
        let client = clients[item.client].id
        let end = min(item.end, view.known.state(of: client))
        var clock = item.clock
        var next = view.firstDelete(of: client, endingAfter: clock)
        while clock < end {
            let isInside = next < view.deletes.count && view.deletes[next].client == client
            let deleted = isInside ? view.deletes[next].clock : end
            if clock < deleted {
                writePart(of: item, from: clock - item.clock, min(deleted, end) - clock, to: &writer)
            }
            guard isInside else { return }
            clock = max(clock, view.deletes[next].end)
            next += 1
        }
    }
}

/// A version: the clocks it knows, without those it has deleted.
struct VersionView: ~Copyable {
    private(set) var deletes = Column<DeletedClocks>()
    /// Sorted by client.
    private(set) var known = Column<KnownState>()

    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(UpdateFault) {
        guard let base = bytes.baseAddress else { throw .truncated }
        var reader = Reader(base, 0..<bytes.count)
        try reader.deleteSet(into: &deletes)
        deletes.normalize()
        let states = UnsafeBufferPointer(rebasing: bytes[reader.offset...])
        try Reader.readStates(states, into: &known)
        known.sort { SortKey($0.client) }
    }

    /// The first deleted range of a client that ends after a clock; where it would be if there is none.
    func firstDelete(of client: UInt64, endingAfter clock: UInt32) -> Int {
        var low = 0
        var high = deletes.count
        while low < high {
            let middle = (low + high) / 2
            let range = deletes[middle]
            let isBefore = range.client > client || (range.client == client && range.end <= clock)
            if isBefore { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
