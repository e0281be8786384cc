/// Turns columns back into the update that they came from.
struct SnapshotReader {
    private struct Block: BitwiseCopyable {
        var client: UInt64
        var structs: Int
        var clock: UInt32
    }

    private var header: Reader
    private var columns: [Reader] = []
    private var state = SnapshotState()
    private var clock: UInt32 = 0
    private let hasOwnDeletes: Bool

    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(UpdateFault) {
        guard let base = bytes.baseAddress else { throw .truncated }
        header = Reader(base, 0..<bytes.count)
        switch try header.byte() {
        case SnapshotFormat.plain: hasOwnDeletes = false
        case SnapshotFormat.withDeletes: hasOwnDeletes = true
        default: throw .malformed
        }
    }

    /// Appends the update to `output`.
    mutating func read(to output: inout ByteWriter) throws(UpdateFault) {
        var blocks = Column<Block>()
        for _ in 0..<(try header.count(bytesEach: 3)) {
            let client = try header.number()
            let structs = try header.number()
            guard structs <= UInt64(header.end) else { throw .truncated }
            blocks.append(Block(client: client, structs: Int(structs), clock: try header.clock()))
        }
        for _ in SnapshotColumn.allCases { columns.append(Reader(header.base, try header.block())) }
        var deletes = Column<DeletedClocks>()
        output.number(blocks.count)
        for index in 0..<blocks.count { try readBlock(blocks[index], blocks, &deletes, to: &output) }
        for column in columns where !column.isAtEnd { throw .malformed }
        if hasOwnDeletes { try readDeletes(&deletes) }
        guard header.isAtEnd else { throw .malformed }
        deletes.normalize()
        output.deletes(deletes)
    }

    private mutating func readDeletes(_ deletes: inout Column<DeletedClocks>) throws(UpdateFault) {
        deletes.removeAll()
        try header.deleteSet(into: &deletes)
    }

    private mutating func readBlock(
        _ block: Block, _ blocks: borrowing Column<Block>, _ deletes: inout Column<DeletedClocks>,
        to output: inout ByteWriter
    ) throws(UpdateFault) {
        guard block.structs <= columns[SnapshotColumn.shape.rawValue].remaining else { throw .truncated }
        output.number(block.structs)
        output.number(block.client)
        output.number(block.clock)
        state = SnapshotState()
        clock = block.clock
        for _ in 0..<block.structs {
            let start = clock
            let kind = try readStruct(block.client, blocks, to: &output)
            if kind == .deleted || kind == .collected {
                deletes.append(DeletedClocks(client: block.client, clock: start, length: clock - start))
            }
        }
    }

    private mutating func readStruct(
        _ owner: UInt64, _ blocks: borrowing Column<Block>, to output: inout ByteWriter
    ) throws(UpdateFault) -> ContentKind {
        let shape = try columns[SnapshotColumn.shape.rawValue].byte()
        guard let kind = ContentKind(rawValue: shape & 0x0F),
            let originCode = OriginCode(rawValue: shape >> OriginCode.shift & 3),
            let rightCode = RightCode(rawValue: shape >> RightCode.shift)
        else { throw .malformed }
        guard kind != .collected && kind != .skip else {
            output.byte(kind.rawValue)
            try readContent(kind, to: &output)
            return kind
        }
        let origin = try readOrigin(originCode, owner, blocks)
        let right = try readRight(rightCode, origin, owner, blocks)
        try writeHead(kind, origin, right, to: &output)
        try readContent(kind, to: &output)
        return kind
    }

    private mutating func writeHead(
        _ kind: ContentKind, _ origin: WireID?, _ right: WireID?, to output: inout ByteWriter
    ) throws(UpdateFault) {
        guard origin != nil || right != nil else { return try readHead(kind, to: &output) }
        let info = (origin == nil ? 0 : InfoBit.origin) | (right == nil ? 0 : InfoBit.rightOrigin)
        output.byte(kind.rawValue | info)
        for case let id? in [origin, right] {
            output.number(id.client)
            output.number(id.clock)
        }
    }

    private mutating func readHead(_ kind: ContentKind, to output: inout ByteWriter) throws(UpdateFault) {
        let column = SnapshotColumn.head.rawValue
        let key = try columns[column].byte() & InfoBit.key
        let start = columns[column].offset
        _ = try columns[column].parentName()
        if key != 0 { _ = try columns[column].block() }
        output.byte(kind.rawValue | key)
        output.raw(columns[column].bytes(start..<columns[column].offset))
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
            guard let origin else { throw .malformed }
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

    private mutating func readContent(_ kind: ContentKind, to output: inout ByteWriter) throws(UpdateFault) {
        var units: UInt32 = 1
        switch kind {
        case .string: units = try readText(to: &output)
        case .deleted, .collected, .skip:
            units = try columns[SnapshotColumn.length.rawValue].clock()
            output.number(units)
        case .any, .json: units = try readElements(kind, to: &output)
        default:
            let start = columns[SnapshotColumn.opaque.rawValue].offset
            _ = try columns[SnapshotColumn.opaque.rawValue].content(kind)
            let end = columns[SnapshotColumn.opaque.rawValue].offset
            output.raw(header.bytes(start..<end))
        }
        guard units <= UInt32(Limits.largestClock) - clock else { throw .clockOverflow }
        clock += units
    }

    private mutating func readText(to output: inout ByteWriter) throws(UpdateFault) -> UInt32 {
        let count = try columns[SnapshotColumn.length.rawValue].clock()
        let start = columns[SnapshotColumn.text.rawValue].offset
        try columns[SnapshotColumn.text.rawValue].skip(Int(count))
        let text = header.bytes(start..<start + Int(count))
        output.block(text)
        return UInt32(TextMeasure(text).units)
    }

    private mutating func readElements(
        _ kind: ContentKind, to output: inout ByteWriter
    ) throws(UpdateFault) -> UInt32 {
        let count = try columns[SnapshotColumn.length.rawValue].clock()
        let start = columns[SnapshotColumn.opaque.rawValue].offset
        for _ in 0..<count { try columns[SnapshotColumn.opaque.rawValue].skipElement(kind) }
        output.number(count)
        output.raw(header.bytes(start..<columns[SnapshotColumn.opaque.rawValue].offset))
        return count
    }
}
