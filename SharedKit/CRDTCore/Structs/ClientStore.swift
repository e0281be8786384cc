/// Everything one client has written: its structs in the order of their clocks without holes, and its
/// content.
struct ClientStore: ~Copyable {
    /// A struct in the row: its first clock beside its handle, so that a search stays in one place.
    struct Entry: BitwiseCopyable {
        var clock: UInt32
        var handle: UInt32
    }

    let id: UInt64
    var structs = Column<Entry>()
    /// UTF-8 text and encoded values; what was collected or replaced leaves dead bytes behind.
    var bytes = Column<UInt8>()
    var deadBytes = 0
    /// The next clock.
    var end: UInt32 = 0
    /// What `end` was when the running transaction first added something.
    var endBefore: UInt32 = 0
    /// The transaction that `endBefore` belongs to.
    var transaction: UInt32 = 0
    /// Where the last search ended.
    private var hint = 0

    init(id: UInt64) { self.id = id }

    /// The place of the struct that covers `clock`, which is below `end`.
    @inline(__always)
    mutating func position(of clock: UInt32) -> Int {
        if covers(hint, clock) { return hint }
        if covers(hint + 1, clock) { hint += 1 } else { hint = search(clock) }
        return hint
    }

    @inline(__always)
    private func covers(_ position: Int, _ clock: UInt32) -> Bool {
        guard position < structs.count, structs[position].clock <= clock else { return false }
        return position + 1 == structs.count || structs[position + 1].clock > clock
    }

    /// The same without moving the hint, for one that does not lie before the struct at `first`.
    func search(_ clock: UInt32, from first: Int = 0) -> Int {
        var low = first
        var high = structs.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if structs[middle].clock <= clock { low = middle } else { high = middle }
        }
        return low
    }
}
