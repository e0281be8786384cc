/// One client's structs in the order of their clocks, in chunks: what is split or joined in the middle of a
/// million structs moves some hundreds. A chunk is never empty.
struct StructRow: ~Copyable {
    /// A struct's first clock beside its handle, so that a search stays in one place.
    struct Entry: BitwiseCopyable {
        var clock: UInt32
        var handle: UInt32
    }

    /// Where an entry lies, or the end of the row. Good until something is inserted or removed.
    struct Place: BitwiseCopyable, Equatable {
        var chunk = 0
        var slot = 0
    }

    struct Chunk: ~Copyable {
        /// The clock of its first entry.
        var first: UInt32
        var entries = Column<Entry>()
    }

    /// Entries of a full chunk: 4 KB, of which an insertion moves a quarter.
    private static let width = 512

    private var chunks = Column<Chunk>()
    /// Where the last search ended; it may be out of date.
    private var hint = Place()

    /// The place of the struct that covers `clock`, which the client has reached. The end of the row is
    /// found at once and does not move the hint: typing in the middle looks there as well.
    @inline(__always)
    mutating func place(of clock: UInt32) -> Place {
        last.clock <= clock ? lastPlace : placeInside(of: clock)
    }

    private mutating func placeInside(of clock: UInt32) -> Place {
        if covers(hint, clock) { return hint }
        let following = next(after: hint)
        hint = covers(following, clock) ? following : search(clock)
        return hint
    }

    @inline(__always)
    private func covers(_ place: Place, _ clock: UInt32) -> Bool {
        guard place.chunk < chunks.count, place.slot < chunks[place.chunk].entries.count,
            self[place].clock <= clock
        else { return false }
        guard let following = entry(at: next(after: place)) else { return true }
        return following.clock > clock
    }

    /// The same without the hint.
    func search(_ clock: UInt32) -> Place {
        if last.clock <= clock { return lastPlace }
        var chunk = 0
        var high = chunks.count
        while high - chunk > 1 {
            let middle = (chunk + high) / 2
            if chunks[middle].first <= clock { chunk = middle } else { high = middle }
        }
        let entries = chunks[chunk].entries.start
        var slot = 0
        high = chunks[chunk].entries.count
        while high - slot > 1 {
            let middle = (slot + high) / 2
            if entries[middle].clock <= clock { slot = middle } else { high = middle }
        }
        return Place(chunk: chunk, slot: slot)
    }

    /// The entry at a place that is not the end.
    subscript(place: Place) -> Entry {
        @inline(__always) get { chunks[place.chunk].entries[place.slot] }
        @inline(__always) set { chunks[place.chunk].entries[place.slot] = newValue }
    }

    /// The entry at a place, nil at the end.
    @inline(__always)
    func entry(at place: Place) -> Entry? { place.chunk < chunks.count ? self[place] : nil }

    @inline(__always)
    func next(after place: Place) -> Place {
        place.slot + 1 < chunks[place.chunk].entries.count
            ? Place(chunk: place.chunk, slot: place.slot + 1) : Place(chunk: place.chunk + 1)
    }

    /// The entry before a place that is not the first.
    func entry(before place: Place) -> Entry {
        guard place.slot == 0 else { return self[Place(chunk: place.chunk, slot: place.slot - 1)] }
        return self[Place(chunk: place.chunk - 1, slot: count(ofChunk: place.chunk - 1) - 1)]
    }

    private var lastPlace: Place {
        Place(chunk: chunks.count - 1, slot: count(ofChunk: chunks.count - 1) - 1)
    }

    /// The last entry of a row that is not empty.
    var last: Entry { self[lastPlace] }

    var chunkCount: Int { chunks.count }

    func count(ofChunk chunk: Int) -> Int { chunks[chunk].entries.count }

    /// The entries of a chunk, to go through many at once; valid until the row changes.
    @inline(__always)
    func entries(ofChunk chunk: Int) -> UnsafeBufferPointer<Entry> {
        UnsafeBufferPointer(start: chunks[chunk].entries.start, count: chunks[chunk].entries.count)
    }

    /// How many entries there are from a place on.
    func count(from place: Place = Place()) -> Int {
        var count = -place.slot
        for chunk in place.chunk..<chunks.count { count += chunks[chunk].entries.count }
        return count
    }

    /// Bytes of memory held.
    var memoryBytes: Int {
        var bytes = chunks.memoryBytes
        for chunk in 0..<chunks.count { bytes += chunks[chunk].entries.memoryBytes }
        return bytes
    }
}

extension StructRow {
    /// Lets the struct at a place begin at another clock, between those beside it.
    mutating func setStart(of place: Place, to clock: UInt32) {
        self[place].clock = clock
        if place.slot == 0 { chunks[place.chunk].first = clock }
    }

    mutating func append(_ entry: Entry) {
        if chunks.isEmpty || chunks[chunks.count - 1].entries.count == StructRow.width {
            var fresh = Chunk(first: entry.clock)
            // Most clients write little; whoever has filled a chunk goes on.
            if !chunks.isEmpty { fresh.entries.reserve(StructRow.width) }
            chunks.append(fresh)
        }
        chunks[chunks.count - 1].entries.append(entry)
    }

    mutating func insert(_ entry: Entry, after left: Place) {
        var left = left
        if chunks[left.chunk].entries.count == StructRow.width {
            halve(left.chunk)
            let half = StructRow.width / 2
            if left.slot >= half { left = Place(chunk: left.chunk + 1, slot: left.slot - half) }
        }
        chunks[left.chunk].entries.insert(entry, at: left.slot + 1)
        hint = left
    }

    /// Moves the second half of a chunk into a new one.
    private mutating func halve(_ chunk: Int) {
        let half = StructRow.width / 2
        let source = chunks[chunk].entries.start + half
        var fresh = Chunk(first: source.pointee.clock)
        fresh.entries.reserve(StructRow.width)
        fresh.entries.append(from: source, count: half)
        chunks[chunk].entries.truncate(to: half)
        chunks.insert(fresh, at: chunk + 1)
    }

    /// Removes entries of one chunk, and returns where the entries of the next one begin. What is left of a
    /// chunk joins the one before it when both are small.
    mutating func remove(_ slots: Range<Int>, ofChunk chunk: Int) -> Place {
        guard !slots.isEmpty else { return Place(chunk: chunk + 1) }
        chunks[chunk].entries.remove(at: slots.lowerBound, count: slots.count)
        let left = chunks[chunk].entries.count
        if left > 0 {
            let source = chunks[chunk].entries.start
            chunks[chunk].first = source.pointee.clock
            guard chunk > 0, chunks[chunk - 1].entries.count + left <= StructRow.width / 4 else {
                return Place(chunk: chunk + 1)
            }
            chunks[chunk - 1].entries.append(from: source, count: left)
        }
        chunks.remove(at: chunk)
        hint = Place()
        return Place(chunk: chunk)
    }

    /// Gives back the room that is not used.
    mutating func shrink() {
        for chunk in 0..<chunks.count { chunks[chunk].entries.shrink() }
        chunks.shrink()
    }
}
