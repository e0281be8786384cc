extension Document {
    /// An encoded state with what waits merged in, so that nothing is lost on the way to another replica.
    func withPending(_ state: [UInt8]) -> [UInt8] {
        guard hasPending else { return state }
        let own = stateVector()
        var parts = [state, encodedPendingDeletes()]
        do throws(UpdateFault) {
            for index in 0..<pending.waiting.count {
                // What came in another way since then is ours: a waiting twin must not stand before it.
                let waiting = pending.waiting[index].bytes
                parts.append(try UpdateTool.diff(waiting.span, since: own.span))
            }
            return try UpdateTool.merge(parts)
        } catch {
            preconditionFailure("the parts are our own")
        }
    }

    private func encodedPendingDeletes() -> [UInt8] {
        var ranges = Column<DeletedClocks>()
        if !pendingDeletes.isEmpty { ranges.append(from: pendingDeletes.start, count: pendingDeletes.count) }
        ranges.normalize()
        var writer = ByteWriter()
        writer.number(0)
        writer.deletes(ranges)
        return writer.take()
    }
}
