/// Merges a log of one client whose updates follow each other, in one pass: nothing is kept but what is
/// written, so a million updates cost a million times what one does.
struct OrderedMerge: ~Copyable {
    private var client: UInt64 = 0
    private var first: UInt32 = 0
    /// Where what has been written ends.
    private var end: UInt32 = 0
    private var structs = 0
    private var body = ByteWriter()
    private var deletes = Column<DeletedClocks>()

    /// What `UpdateTool.merge` makes of the updates, or nil if they are not such a log.
    static func merge(_ updates: [[UInt8]], _ total: Int) throws(UpdateFault) -> [UInt8]? {
        guard updates.count > 1 else { return nil }
        var merge = OrderedMerge()
        merge.body.reserve(max(total, 1))
        for update in updates {
            let isFollowing = try update.withUnsafeBufferPointer { (bytes) throws(UpdateFault) in
                try merge.add(bytes)
            }
            guard isFollowing else { return nil }
        }
        return merge.finish()
    }

    /// Writes the structs of the next update, unless it is not from the same client or not the next one.
    private mutating func add(_ update: UnsafeBufferPointer<UInt8>) throws(UpdateFault) -> Bool {
        guard let base = update.baseAddress else { throw .truncated }
        var reader = Reader(base, 0..<update.count)
        let blocks = try reader.count(bytesEach: 3)
        guard blocks <= 1 else { return false }
        if blocks == 1 {
            guard try addBlock(&reader, base) else { return false }
        }
        try reader.deleteSet(into: &deletes)
        guard reader.isAtEnd else { throw .malformed }
        return true
    }

    private mutating func addBlock(
        _ reader: inout Reader, _ base: UnsafePointer<UInt8>
    ) throws(UpdateFault) -> Bool {
        let count = try reader.count(bytesEach: 2)
        let author = try reader.number()
        var clock = try reader.clock()
        guard structs == 0 || (author == client && clock >= end) else { return false }
        for _ in 0..<count {
            let record = try reader.structRecord(of: author, clock: clock, block: 0)
            clock = record.clockEnd
            // Collected clocks of different updates would become one.
            guard record.kind != .collected else { return false }
            guard record.kind != .skip else { continue }
            open(at: record.clock, by: author)
            body.byte(record.plainInfo)
            body.raw(base + Int(record.start) + 1, Int(record.end - record.start) - 1)
            structs += 1
            end = clock
        }
        return true
    }

    /// Begins the one block, or fills the gap before its next struct.
    private mutating func open(at clock: UInt32, by author: UInt64) {
        if structs == 0 {
            client = author
            first = clock
        } else if end < clock {
            body.skip(clock - end)
            structs += 1
        }
    }

    private mutating func finish() -> [UInt8] {
        var head = ByteWriter()
        head.number(structs > 0 ? 1 : 0)
        if structs > 0 {
            head.number(structs)
            head.number(client)
            head.number(first)
        }
        var tail = ByteWriter()
        deletes.normalize()
        tail.deletes(deletes)
        let count = head.count + body.count + tail.count
        return [UInt8](unsafeUninitializedCapacity: count) { target, written in
            for part in [head.written, body.written, tail.written] {
                _ = UnsafeMutableBufferPointer(rebasing: target[written...]).initialize(from: part)
                written += part.count
            }
        }
    }
}
