extension Document {
    /// An encoded state with what waits merged in, so that nothing is lost on the way to another replica.
    func withPending(_ state: [UInt8]) -> [UInt8] {
        guard hasPending else { return state }
        var parts = [state, encodedPendingDeletes()]
        for index in 0..<pending.waiting.count { parts.append(pending.waiting[index].bytes) }
        do throws(UpdateFault) {
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
