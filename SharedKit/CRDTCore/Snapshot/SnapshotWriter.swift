/// Turns an update into columns.
struct SnapshotWriter: ~Copyable {
    private var columns = Column<ByteWriter>()
    private var state = SnapshotState()

    init() {
        for _ in SnapshotColumn.allCases { columns.append(ByteWriter()) }
    }

    /// The columns of a decoded update, whose clients come once and whose structs do not overlap.
    mutating func write(_ update: borrowing DecodedUpdate) -> [UInt8] {
        var output = ByteWriter()
        let hasOwnDeletes = !update.deletesAreThoseOfStructs()
        output.byte(hasOwnDeletes ? SnapshotFormat.withDeletes : SnapshotFormat.plain)
        output.number(update.blocks.count)
        for index in 0..<update.blocks.count { writeBlock(UInt32(index), of: update, to: &output) }
        for column in SnapshotColumn.allCases {
            output.number(columns[column.rawValue].count)
            output.raw(columns[column.rawValue].written)
        }
        if hasOwnDeletes { update.writeDeletes(to: &output) }
        return output.take()
    }

    private mutating func writeBlock(
        _ index: UInt32, of update: borrowing DecodedUpdate, to output: inout ByteWriter
    ) {
        let block = update.blocks[index]
        var structs = 0
        var clock = block.count > 0 ? update.records[block.first].clock : 0
        let start = clock
        state = SnapshotState()
        for place in block.first..<block.first + block.count {
            let record = update.records[place]
            if clock < record.clock {
                writeGap(record.clock - clock)
                structs += 1
            }
            write(record, of: update, blockIndex: index)
            structs += 1
            clock = record.clockEnd
        }
        output.number(block.client)
        output.number(structs)
        output.number(start)
    }

    private mutating func writeGap(_ units: UInt32) {
        columns[SnapshotColumn.shape.rawValue].byte(ContentKind.skip.rawValue)
        columns[SnapshotColumn.length.rawValue].number(units)
    }

    private mutating func write(
        _ record: StructRecord, of update: borrowing DecodedUpdate, blockIndex: UInt32
    ) {
        let owner = update.blocks[blockIndex].client
        var shape = record.kind.rawValue
        if record.isItem {
            let origin =
                record.hasOrigin ? WireID(client: record.originClient, clock: record.originClock) : nil
            let right =
                record.hasRightOrigin ? WireID(client: record.rightClient, clock: record.rightClock) : nil
            shape |= writeOrigin(origin, record, owner: owner, update).rawValue << OriginCode.shift
            shape |= writeRight(right, origin: origin, owner: owner, update).rawValue << RightCode.shift
            if record.namesParent { writeHead(record, update) }
        }
        columns[SnapshotColumn.shape.rawValue].byte(shape)
        writeContent(record, update)
    }

    private mutating func writeOrigin(
        _ origin: WireID?, _ record: StructRecord, owner: UInt64, _ update: borrowing DecodedUpdate
    ) -> OriginCode {
        guard let origin else { return .none }
        if origin.client == owner && origin.clock + 1 == record.clock { return .previousUnit }
        write(origin, in: .origin, base: state.lastOrigin, owner: owner, update)
        state.lastOrigin = origin.clock
        return .explicit
    }

    private mutating func writeRight(
        _ right: WireID?, origin: WireID?, owner: UInt64, _ update: borrowing DecodedUpdate
    ) -> RightCode {
        guard let right else { return .none }
        defer { state.lastRight = right }
        if let origin, right.client == origin.client, right.clock == origin.clock + 1 { return .afterOrigin }
        if right == state.lastRight { return .same }
        write(right, in: .right, base: state.rightBase(origin, client: owner), owner: owner, update)
        return .explicit
    }

    /// The distance to what was guessed, and in the lowest bit whether another client follows.
    private mutating func write(
        _ id: WireID, in column: SnapshotColumn, base: UInt32, owner: UInt64,
        _ update: borrowing DecodedUpdate
    ) {
        let distance = Int64(id.clock) - Int64(base)
        let folded = UInt64(bitPattern: (distance << 1) ^ (distance >> 63))
        columns[column.rawValue].number(folded << 1 | (id.client == owner ? 0 : 1))
        guard id.client != owner else { return }
        // A client of the update is told by its place, any other by its id.
        if let block = update.block(of: id.client) {
            columns[SnapshotColumn.client.rawValue].number(block + 1)
        } else {
            columns[SnapshotColumn.client.rawValue].number(0)
            columns[SnapshotColumn.client.rawValue].number(id.client)
        }
    }

    private mutating func writeHead(_ record: StructRecord, _ update: borrowing DecodedUpdate) {
        var reader = Reader(update.message, Int(record.start)..<Int(record.end))
        let count = reader.headBytes(info: record.info) - 1
        columns[SnapshotColumn.head.rawValue].byte(record.info & InfoBit.key)
        columns[SnapshotColumn.head.rawValue].raw(update.message + Int(record.start) + 1, count)
    }

    private mutating func writeContent(_ record: StructRecord, _ update: borrowing DecodedUpdate) {
        let bytes = Int(record.end - record.content)
        switch record.kind {
        case .deleted, .collected, .skip: columns[SnapshotColumn.length.rawValue].number(record.length)
        case .string:
            columns[SnapshotColumn.length.rawValue].number(bytes)
            columns[SnapshotColumn.text.rawValue].raw(update.message + Int(record.content), bytes)
        case .any, .json:
            columns[SnapshotColumn.length.rawValue].number(record.length)
            columns[SnapshotColumn.opaque.rawValue].raw(update.message + Int(record.content), bytes)
        default: columns[SnapshotColumn.opaque.rawValue].raw(update.message + Int(record.content), bytes)
        }
    }
}

extension DecodedUpdate {
    /// Whether exactly those clocks are deleted whose structs have no content left.
    borrowing func deletesAreThoseOfStructs() -> Bool {
        var derived = Column<DeletedClocks>()
        for index in 0..<records.count where records[index].kind.isOnlyLength {
            let (record, client) = (records[index], blocks[records[index].block].client)
            derived.append(DeletedClocks(client: client, clock: record.clock, length: record.length))
        }
        derived.normalize()
        var own = sortedDeletes()
        own.normalize()
        guard derived.count == own.count else { return false }
        for index in 0..<own.count {
            let (left, right) = (derived[index], own[index])
            guard left.client == right.client, left.clock == right.clock, left.length == right.length else {
                return false
            }
        }
        return true
    }
}
