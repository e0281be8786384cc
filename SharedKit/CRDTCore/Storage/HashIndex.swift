/// Finds small integers by a hash of what they stand for: open addressing, linear probing, no deletion.
///
/// It keeps hashes and values only; whoever owns the things compares them. The hashes must come from
/// `scramble`, whose seed makes collisions hard to arrange from outside.
struct HashIndex: ~Copyable {
    struct Slot: BitwiseCopyable {
        var hash: UInt32
        var value: UInt32
    }

    private var slots = Column<Slot>()
    private var used = 0

    /// The first value under `hash` that `isWanted`.
    @inline(__always)
    func find(_ hash: UInt32, _ isWanted: (UInt32) -> Bool) -> UInt32? {
        guard used > 0 else { return nil }
        let mask = UInt32(truncatingIfNeeded: slots.count - 1)
        var at = hash & mask
        while slots[at].value != .none {
            if slots[at].hash == hash && isWanted(slots[at].value) { return slots[at].value }
            at = (at &+ 1) & mask
        }
        return nil
    }

    mutating func insert(_ value: UInt32, _ hash: UInt32) {
        if (used + 1) * 4 > slots.count * 3 { grow() }
        place(Slot(hash: hash, value: value))
        used += 1
    }

    private mutating func place(_ slot: Slot) {
        let mask = UInt32(truncatingIfNeeded: slots.count - 1)
        var at = slot.hash & mask
        while slots[at].value != .none { at = (at &+ 1) & mask }
        slots[at] = slot
    }

    private mutating func grow() {
        var old = Column<Slot>()
        swap(&old, &slots)
        slots.append(repeating: Slot(hash: 0, value: .none), count: max(8, old.count * 2))
        for index in 0..<old.count where old[index].value != .none { place(old[index]) }
    }

    var memoryBytes: Int { slots.memoryBytes }
}

extension UInt32 {
    /// No handle, index or client: the one value that none of them reaches.
    static let none = UInt32.max
}

/// A hash of two numbers under a seed (the finalizer of MurmurHash3 over their product).
@inline(__always)
func scramble(_ first: UInt64, _ second: UInt64, seed: UInt64) -> UInt32 {
    var mixed = (first ^ seed) &* 0x9E37_79B9_7F4A_7C15 ^ second
    mixed = (mixed ^ (mixed >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    mixed = (mixed ^ (mixed >> 33)) &* 0xC4CE_B9FE_1A85_EC53
    return UInt32(truncatingIfNeeded: mixed ^ (mixed >> 33))
}
