/// What one update or group of edits has changed so far.
struct Transaction: ~Copyable {
    /// Deleted clocks in the order of deletion, then sorted and joined.
    var deletes = Column<DeletedRun>()
    /// Clients that got new structs.
    var grown = Column<UInt32>()
    /// First ids of the right parts of splits, and deleted items that may merge now.
    var splits = Column<ItemID>()
    /// Deletes of the edits in `transact` that are already cleaned up.
    var finishedDeletes = Column<DeletedRun>()
    /// The next own clock when the running edit began.
    var editStart: UInt32 = 0
    /// Distinguishes this transaction from the ones before.
    var serial: UInt32 = 0

    mutating func begin() {
        serial &+= 1
        deletes.removeAll(keeping: 4096)
        grown.removeAll(keeping: 4096)
        splits.removeAll(keeping: 4096)
        finishedDeletes.removeAll(keeping: 4096)
    }

    /// Sets the deletes of one edit aside, so that the next one cleans up after itself only.
    mutating func finishEdit() {
        if !deletes.isEmpty { finishedDeletes.append(from: deletes.start, count: deletes.count) }
        deletes.removeAll(keeping: 4096)
    }

    /// Takes back the deletes of all edits.
    mutating func gatherEdits() {
        swap(&deletes, &finishedDeletes)
        deletes.normalize()
    }

    var isEmpty: Bool { deletes.isEmpty && grown.isEmpty }
}

/// Consecutive clocks of one client that were deleted.
struct DeletedRun: BitwiseCopyable {
    var client: UInt32
    var clock: UInt32
    var length: UInt32

    @inline(__always) var end: UInt32 { clock + length }
}

extension Column where Element == DeletedRun {
    /// Sorts by client and clock and joins what touches or overlaps.
    mutating func normalize() {
        guard count > 1 else { return }
        sort { SortKey(UInt64($0.client), $0.clock) }
        var kept = 0
        for index in 1..<count {
            let run = self[index]
            if self[kept].client == run.client && self[kept].end >= run.clock {
                self[kept].length = Swift.max(self[kept].end, run.end) - self[kept].clock
            } else {
                kept += 1
                self[kept] = run
            }
        }
        truncate(to: kept + 1)
    }
}
