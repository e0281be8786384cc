/// An update read and checked as a whole, so that a bad one is refused before a document is touched.
///
/// Records point into the message; the message must stay where it is while they are used.
struct DecodedUpdate: ~Copyable {
    /// Highest client first, each client once.
    var blocks = Column<ClientBlock>()
    var records = Column<StructRecord>()
    var deletes = Column<DeletedClocks>()
    private var messages: UInt32 = 0
    private var base: UnsafePointer<UInt8>?

    /// The message that the records point into.
    @inline(__always) var message: UnsafePointer<UInt8> { base.unsafelyUnwrapped }

    /// Replaces what is there by one message.
    mutating func decode(_ message: UnsafeBufferPointer<UInt8>) throws(UpdateFault) {
        clear()
        guard let base = message.baseAddress, message.count <= Limits.messageBytes else { throw .truncated }
        try add(base, 0..<message.count)
        arrange()
    }

    /// Forgets what is there; records will point into other bytes.
    mutating func begin(_ base: UnsafePointer<UInt8>) {
        clear()
        self.base = base
    }

    /// Adds one of several messages that lie in the same memory; `arrange` comes after the last.
    mutating func add(_ base: UnsafePointer<UInt8>, _ range: Range<Int>) throws(UpdateFault) {
        self.base = base
        var reader = Reader(base, range)
        let count = try reader.count(bytesEach: 3)
        guard count <= Limits.clientsPerUpdate else { throw .tooManyClients }
        for _ in 0..<count { try readBlock(&reader) }
        try reader.deleteSet(into: &deletes)
        guard reader.isAtEnd else { throw .malformed }
        messages += 1
    }

    mutating func clear() {
        blocks.removeAll(keeping: 64)
        records.removeAll(keeping: 256)
        deletes.removeAll(keeping: 256)
        messages = 0
    }

    private mutating func readBlock(_ reader: inout Reader) throws(UpdateFault) {
        let count = try reader.count(bytesEach: 2)
        let client = try reader.number()
        var clock = try reader.clock()
        let first = UInt32(records.count)
        let isFollowing = follows(client, clock)
        let block = UInt32(isFollowing ? blocks.count - 1 : blocks.count)
        // Not more at once than costs nothing when the rest of the message is not what it says.
        if count > 256 { reserve(min(count, 1 << 16)) }
        for _ in 0..<count {
            var record = try reader.structRecord(of: client, clock: clock, block: block)
            record.message = messages
            clock = record.clockEnd
            if record.kind != .skip { records.append(record) }
        }
        let added = UInt32(records.count) - first
        if isFollowing {
            blocks[blocks.count - 1].count += added
        } else {
            blocks.append(ClientBlock(client: client, first: first, count: added))
        }
    }

    /// Whether a block that begins at a clock goes on where the last one ended, as it does from message to
    /// message of a log: they are one block then, which nobody has to sort.
    private func follows(_ client: UInt64, _ clock: UInt32) -> Bool {
        guard !blocks.isEmpty, blocks[blocks.count - 1].client == client else { return false }
        return blocks[blocks.count - 1].count == 0 || records[records.count - 1].clockEnd <= clock
    }

    /// Makes room for so many records at once.
    mutating func reserve(_ count: Int) { records.reserve(records.count + count) }

    /// Brings blocks that came in another order, or a client that came twice, into the order that is
    /// promised.
    mutating func arrange() {
        for index in 1..<max(blocks.count, 1) where blocks[index].client >= blocks[index - 1].client {
            return sortBlocks()
        }
    }

    private mutating func sortBlocks() {
        var received = Column<ClientBlock>()
        swap(&received, &blocks)
        var unsorted = Column<StructRecord>()
        swap(&unsorted, &records)
        received.sort { SortKey(~$0.client, $0.first) }
        var at = 0
        while at < received.count {
            let client = received[at].client
            let first = records.count
            while at < received.count && received[at].client == client {
                let part = received[at]
                if part.count > 0 {
                    records.append(from: unsorted.start + Int(part.first), count: Int(part.count))
                }
                at += 1
            }
            close(client, from: first)
        }
    }

    private mutating func close(_ client: UInt64, from first: Int) {
        let count = records.count - first
        records.sort(from: first) { SortKey(UInt64($0.clock), $0.start) }
        for index in first..<records.count { records[index].block = UInt32(blocks.count) }
        blocks.append(ClientBlock(client: client, first: UInt32(first), count: UInt32(count)))
    }

    /// Whether the same clocks came twice.
    var hasOverlaps: Bool {
        for index in 1..<max(records.count, 1) {
            let (last, next) = (records[index - 1], records[index])
            if last.block == next.block && next.clock < last.clockEnd { return true }
        }
        return false
    }

    /// The block of `client`, or nil.
    func block(of client: UInt64) -> Int? {
        var low = 0
        var high = blocks.count
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].client > client { low = middle + 1 } else { high = middle }
        }
        return low < blocks.count && blocks[low].client == client ? low : nil
    }

    /// Appends the longest parts of a client's records that do not overlap: a client that came twice in one
    /// message may have sent the same clocks twice.
    func appendRuns(of range: Range<Int>, to runs: inout Column<Range<Int>>) {
        var first = range.lowerBound
        for index in range.dropFirst() where records[index].clock < records[index - 1].clockEnd {
            runs.append(first..<index)
            first = index
        }
        runs.append(first..<range.upperBound)
    }
}
