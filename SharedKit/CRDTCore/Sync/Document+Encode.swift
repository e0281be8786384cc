extension Document {
    /// The whole document as one update: `Y.encodeStateAsUpdate(doc)`, byte for byte.
    package func encode() -> [UInt8] {
        var writer = ByteWriter()
        writeState(since: Column<KnownState>(), to: &writer)
        return writer.take()
    }

    /// What a replica with that state vector does not have, and all deletes.
    package func encode(since stateVector: Span<UInt8>) throws(UpdateFault) -> [UInt8] {
        try stateVector.withUnsafeBufferPointer { (bytes) throws(UpdateFault) in
            var states = Column<KnownState>()
            try Reader.readStates(bytes, into: &states)
            var writer = ByteWriter()
            writeState(since: states, to: &writer)
            return writer.take()
        }
    }

    /// The next clock of every client.
    package func stateVector() -> [UInt8] {
        var writer = ByteWriter()
        writeStateVector(to: &writer)
        return writer.take()
    }

    func writeStateVector(to writer: inout ByteWriter) {
        var order = Column<UInt32>()
        listClients(into: &order)
        writer.number(order.count)
        for index in 0..<order.count {
            writer.number(clients[order[index]].id)
            writer.number(clients[order[index]].end)
        }
    }

    /// The next clock of one client; 0 when nothing of it is known.
    package func clock(of client: UInt64) -> UInt64 {
        guard let known = findClient(client) else { return 0 }
        return UInt64(clients[known].end)
    }

    /// Writes what a replica that knows the states lacks, what waits included.
    func writeState(since states: borrowing Column<KnownState>, to writer: inout ByteWriter) {
        var known = Column<UInt32>()
        known.append(repeating: 0, count: clients.count)
        for index in 0..<states.count {
            guard let client = findClient(states[index].client) else { continue }
            known[client] = UInt32(min(states[index].clock, Limits.largestClock))
        }
        var order = Column<UInt32>()
        listClients(into: &order)
        var count = 0
        for index in 0..<order.count where clients[order[index]].end > known[order[index]] { count += 1 }
        writer.number(count)
        for index in 0..<order.count where clients[order[index]].end > known[order[index]] {
            writeStructs(of: order[index], since: known[order[index]], to: &writer)
        }
        writeDeletes(order, to: &writer)
        if hasPending { addPending(to: &writer) }
    }

    /// Writes a client's block from a clock on.
    func writeStructs(of client: UInt32, since clock: UInt32, to writer: inout ByteWriter) {
        let place = clients[client].structs.search(clock)
        let start = clients[client].structs[place]
        writer.number(clients[client].structs.count(from: place))
        writer.number(clients[client].id)
        writer.number(clock)
        write(start.handle, skipping: clock - start.clock, to: &writer)
        var first = place.slot + 1
        for chunk in place.chunk..<clients[client].structs.chunkCount {
            let entries = clients[client].structs.entries(ofChunk: chunk)
            for slot in first..<entries.count { write(entries[slot].handle, skipping: 0, to: &writer) }
            first = 0
        }
    }

    /// Writes everything that is deleted, as the structs know it.
    func writeDeletes(_ order: borrowing Column<UInt32>, to writer: inout ByteWriter) {
        var runs = Column<DeletedRun>()
        var count = 0
        for index in 0..<order.count {
            let before = runs.count
            appendDeleted(of: order[index], to: &runs)
            if runs.count > before { count += 1 }
        }
        writeRuns(runs, clientCount: count, to: &writer)
    }

    func appendDeleted(of client: UInt32, to runs: inout Column<DeletedRun>) {
        var open = false
        for chunk in 0..<clients[client].structs.chunkCount {
            for entry in clients[client].structs.entries(ofChunk: chunk) {
                let item = items[entry.handle]
                if item.isDeleted && open {
                    runs[runs.count - 1].length += item.length
                } else if item.isDeleted {
                    runs.append(DeletedRun(client: client, clock: item.clock, length: item.length))
                }
                open = item.isDeleted
            }
        }
    }

    /// Writes runs that are grouped by client.
    func writeRuns(_ runs: borrowing Column<DeletedRun>, clientCount: Int, to writer: inout ByteWriter) {
        writer.number(clientCount)
        var first = 0
        while first < runs.count {
            var end = first + 1
            while end < runs.count && runs[end].client == runs[first].client { end += 1 }
            writer.number(clients[runs[first].client].id)
            writer.number(end - first)
            for index in first..<end {
                writer.number(runs[index].clock)
                writer.number(runs[index].length)
            }
            first = end
        }
    }

    /// What the last transaction has changed: the structs it added as they are now, and its deletes.
    mutating func writeTransaction() {
        var output = ByteWriter()
        swap(&output, &writer)
        output.clear()
        if transaction.grown.count > 1 || transaction.deletes.count > 1 { sortTransaction() }
        output.number(transaction.grown.count)
        for index in 0..<transaction.grown.count {
            let client = transaction.grown[index]
            writeStructs(of: client, since: clients[client].endBefore, to: &output)
        }
        var deleting = 0
        for index in 0..<transaction.deletes.count
        where index == 0 || transaction.deletes[index].client != transaction.deletes[index - 1].client {
            deleting += 1
        }
        writeRuns(transaction.deletes, clientCount: deleting, to: &output)
        swap(&output, &writer)
    }

    /// Clients by descending id, as Yjs writes them.
    private mutating func sortTransaction() {
        var grown = Column<UInt32>()
        swap(&grown, &transaction.grown)
        grown.sort { SortKey(~clients[$0].id) }
        swap(&grown, &transaction.grown)
        var deletes = Column<DeletedRun>()
        swap(&deletes, &transaction.deletes)
        deletes.sort { SortKey(~clients[$0.client].id, $0.clock) }
        swap(&deletes, &transaction.deletes)
    }
}

/// An entry of a state vector.
struct KnownState: BitwiseCopyable {
    var client: UInt64
    var clock: UInt64
}

extension Reader {
    /// Reads a whole state vector.
    static func readStates(
        _ bytes: UnsafeBufferPointer<UInt8>, into states: inout Column<KnownState>
    ) throws(UpdateFault) {
        guard let base = bytes.baseAddress else { throw .truncated }
        var reader = Reader(base, 0..<bytes.count)
        for _ in 0..<(try reader.count(bytesEach: 2)) {
            states.append(KnownState(client: try reader.number(), clock: try reader.number()))
        }
        guard reader.isAtEnd else { throw .malformed }
    }
}
