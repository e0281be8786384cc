/// Structs that wait for others, as updates of their own.
struct PendingStructs: ~Copyable {
    struct Waiting: ~Copyable {
        /// A v1 update without deletes.
        var bytes: Column<UInt8>
        var wants: Column<IntegrationPlan.Want>
    }

    private(set) var waiting = Column<Waiting>()
    /// What all of it costs.
    private(set) var byteCount = 0

    var isEmpty: Bool { waiting.isEmpty }

    mutating func add(_ bytes: borrowing Column<UInt8>, _ wants: consuming Column<IntegrationPlan.Want>) {
        byteCount += bytes.count + Limits.pendingOverheadBytes
        var kept = Column<UInt8>()
        kept.append(from: bytes.start, count: bytes.count)
        waiting.append(Waiting(bytes: kept, wants: wants))
    }

    mutating func remove(at index: Int) -> Column<UInt8> {
        var bytes = Column<UInt8>()
        swap(&bytes, &waiting[index].bytes)
        byteCount -= bytes.count + Limits.pendingOverheadBytes
        waiting.remove(at: index)
        return bytes
    }
}
