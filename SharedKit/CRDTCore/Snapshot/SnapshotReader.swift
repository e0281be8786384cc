/// Reads columns as the update that they came from. Its records point into the columns.
struct SnapshotReader: ~Copyable {
    private struct Block: BitwiseCopyable {
        var client: UInt64
        var structs: Int
        var clock: UInt32
    }

    private var header: Reader
    private var columns = Column<Reader>()
    private var state = SnapshotState()
    private var clock: UInt32 = 0
    /// Whether something is deleted that still has content, so that the structs do not say what is deleted.
    let hasOwnDeletes: Bool
    /// How many blocks there are; more than clients if one comes twice.
    private(set) var blockCount = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(UpdateFault) {
        guard let base = bytes.baseAddress, bytes.count <= Limits.messageBytes else { throw .truncated }
        var reader = Reader(base, 0..<bytes.count)
        let format = try reader.byte()
        guard format == SnapshotFormat.plain || format == SnapshotFormat.withDeletes else { throw .malformed }
        header = reader
        hasOwnDeletes = format == SnapshotFormat.withDeletes
    }

    /// Replaces what is in `update`; of deletes only those that the structs do not tell.
    mutating func read(into update: inout DecodedUpdate) throws(UpdateFault) {
        update.begin(header.base)
        var blocks = Column<Block>()
        for _ in 0..<(try header.count(bytesEach: 3)) {
            let client = try header.number()
            let structs = try header.number()
            guard structs <= UInt64(header.end) else { throw .truncated }
            blocks.append(Block(client: client, structs: Int(structs), clock: try header.clock()))
        }
        guard blocks.count <= Limits.clientsPerUpdate else { throw .tooManyClients }
        blockCount = blocks.count
        for _ in SnapshotColumn.allCases { columns.append(Reader(header.base, try header.block())) }
        for index in 0..<blocks.count { try readBlock(UInt32(index), blocks, into: &update) }
        for index in 0..<columns.count where !columns[index].isAtEnd { throw .malformed }
        if hasOwnDeletes { try header.deleteSet(into: &update.deletes) }
        guard header.isAtEnd else { throw .malformed }
        update.arrange()
    }

    private mutating func readBlock(
        _ index: UInt32, _ blocks: borrowing Column<Block>, into update: inout DecodedUpdate
    ) throws(UpdateFault) {
        let block = blocks[index]
        guard block.structs <= columns[SnapshotColumn.shape.rawValue].remaining else { throw .truncated }
        let first = UInt32(update.records.count)
        update.reserve(block.structs)
        state = SnapshotState()
        clock = block.clock
        for _ in 0..<block.structs {
            let record = try readStruct(index, block.client, blocks)
            clock = record.clockEnd
            if record.kind != .skip { update.records.append(record) }
        }
        let count = UInt32(update.records.count) - first
        update.blocks.append(ClientBlock(client: block.client, first: first, count: count))
    }

    private mutating func readStruct(
        _ block: UInt32, _ owner: UInt64, _ blocks: borrowing Column<Block>
    ) throws(UpdateFault) -> StructRecord {
        let shape = try columns[SnapshotColumn.shape.rawValue].byte()
        guard let kind = ContentKind(rawValue: shape & 0x0F),
            let originCode = OriginCode(rawValue: shape >> OriginCode.shift & 3),
            let rightCode = RightCode(rawValue: shape >> RightCode.shift)
        else { throw .malformed }
        var record = StructRecord(
            clock: clock, length: 0, start: 0, content: 0, end: 0, block: block, info: kind.rawValue)
        if record.isItem {
            let origin = try readOrigin(originCode, owner, blocks)
            let right = try readRight(rightCode, origin, owner, blocks)
            record.set(origin, right)
            if record.namesParent { try readHead(&record, owner) }
            guard !record.dependsOnFuture(of: owner) else { throw .malformed }
        }
        try readContent(&record)
        guard record.length > 0 else { throw .malformed }
        guard record.length <= UInt32(Limits.largestClock) - clock else { throw .clockOverflow }
        return record
    }

    /// The parent lies where a record has it: behind the byte at its start.
    private mutating func readHead(_ record: inout StructRecord, _ owner: UInt64) throws(UpdateFault) {
        let column = SnapshotColumn.head.rawValue
        let key = try columns[column].byte() & InfoBit.key
        record.start = UInt32(columns[column].offset - 1)
        if case .item(let client, let clock) = try columns[column].parentName() {
            guard client != owner || clock < record.clock else { throw .malformed }
        }
        if key != 0 { _ = try columns[column].block() }
        record.info |= key
    }

    private mutating func readOrigin(
        _ code: OriginCode, _ owner: UInt64, _ blocks: borrowing Column<Block>
    ) throws(UpdateFault) -> WireID? {
        switch code {
        case .none: return nil
        case .previousUnit:
            guard clock > 0 else { throw .malformed }
            return WireID(client: owner, clock: clock - 1)
        case .explicit:
            let origin = try readID(.origin, base: state.lastOrigin, owner, blocks)
            state.lastOrigin = origin.clock
            return origin
        }
    }

    private mutating func readRight(
        _ code: RightCode, _ origin: WireID?, _ owner: UInt64, _ blocks: borrowing Column<Block>
    ) throws(UpdateFault) -> WireID? {
        switch code {
        case .none: return nil
        case .afterOrigin:
            guard let origin, origin.clock < UInt32(Limits.largestClock) else { throw .malformed }
            state.lastRight = WireID(client: origin.client, clock: origin.clock + 1)
        case .same: guard state.lastRight != nil else { throw .malformed }
        case .explicit:
            let base = state.rightBase(origin, client: owner)
            state.lastRight = try readID(.right, base: base, owner, blocks)
        }
        return state.lastRight
    }

    private mutating func readID(
        _ column: SnapshotColumn, base: UInt32, _ owner: UInt64, _ blocks: borrowing Column<Block>
    ) throws(UpdateFault) -> WireID {
        let coded = try columns[column.rawValue].number()
        let folded = coded >> 1
        let distance = Int64(folded >> 1) ^ -Int64(folded & 1)
        let clock = Int64(base) + distance
        guard clock >= 0, clock <= Int64(Limits.largestClock) else { throw .clockOverflow }
        let client = coded & 1 == 0 ? owner : try readClient(blocks)
        return WireID(client: client, clock: UInt32(clock))
    }

    private mutating func readClient(_ blocks: borrowing Column<Block>) throws(UpdateFault) -> UInt64 {
        let place = try columns[SnapshotColumn.client.rawValue].number()
        guard place > 0 else { return try columns[SnapshotColumn.client.rawValue].number() }
        guard place <= blocks.count else { throw .malformed }
        return blocks[Int(place) - 1].client
    }

    private mutating func readContent(_ record: inout StructRecord) throws(UpdateFault) {
        switch record.kind {
        case .string:
            let count = try columns[SnapshotColumn.length.rawValue].clock()
            let start = columns[SnapshotColumn.text.rawValue].offset
            try columns[SnapshotColumn.text.rawValue].skip(Int(count))
            let measure = TextMeasure(header.bytes(start..<start + Int(count)))
            record.isBroken = !measure.isValid
            record.set(content: start..<start + Int(count), units: UInt32(measure.units))
        case .deleted, .collected, .skip:
            let units = try columns[SnapshotColumn.length.rawValue].clock()
            record.set(content: header.end..<header.end, units: units)
        case .any, .json:
            let units = try columns[SnapshotColumn.length.rawValue].clock()
            let start = columns[SnapshotColumn.opaque.rawValue].offset
            for _ in 0..<units { try columns[SnapshotColumn.opaque.rawValue].skipElement(record.kind) }
            record.set(content: start..<columns[SnapshotColumn.opaque.rawValue].offset, units: units)
        default:
            let start = columns[SnapshotColumn.opaque.rawValue].offset
            _ = try columns[SnapshotColumn.opaque.rawValue].content(record.kind)
            record.set(content: start..<columns[SnapshotColumn.opaque.rawValue].offset, units: 1)
        }
    }
}

extension StructRecord {
    fileprivate mutating func set(_ origin: WireID?, _ right: WireID?) {
        if let origin {
            info |= InfoBit.origin
            (originClient, originClock) = (origin.client, origin.clock)
        }
        if let right {
            info |= InfoBit.rightOrigin
            (rightClient, rightClock) = (right.client, right.clock)
        }
    }

    fileprivate mutating func set(content range: Range<Int>, units: UInt32) {
        content = UInt32(range.lowerBound)
        end = UInt32(range.upperBound)
        length = units
    }

    /// Whether an origin is what its client has yet to write.
    fileprivate func dependsOnFuture(of owner: UInt64) -> Bool {
        hasOrigin && originClient == owner && originClock >= clock
            || hasRightOrigin && rightClient == owner && rightClock >= clock
    }
}
