extension Document {
    /// Merges what waits into a written state, so that nothing is lost on the way to another replica.
    func addPending(to state: inout ByteWriter) {
        var own = Column<KnownState>()
        for index in 0..<clients.count {
            own.append(KnownState(client: clients[index].id, clock: UInt64(clients[index].end)))
        }
        own.sort { SortKey($0.client) }
        var merge = UpdateMerge()
        var part = ByteWriter()
        do throws(UpdateFault) {
            try merge.add(state.written)
            writePendingDeletes(to: &part)
            try merge.add(part.written)
            for index in 0..<pending.waiting.count {
                // What came in another way since then is ours: a waiting twin must not stand before it.
                var waiting = DecodedUpdate()
                try waiting.decode(pending.waiting[index].bytes.all)
                part.clear()
                waiting.write(to: &part, joiningRuns: false, known: own)
                try merge.add(part.written)
            }
        } catch {
            preconditionFailure("the parts are our own")
        }
        state.clear()
        merge.write(joiningRuns: false, to: &state)
    }

    private func writePendingDeletes(to writer: inout ByteWriter) {
        var ranges = Column<DeletedClocks>()
        ranges.append(from: pendingDeletes.all)
        ranges.normalize()
        writer.number(0)
        writer.deletes(ranges)
    }
}
