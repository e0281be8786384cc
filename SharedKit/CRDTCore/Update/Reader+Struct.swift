extension Reader {
    /// Reads one struct and checks all that can be checked without a document.
    mutating func structRecord(
        of client: UInt64, clock: UInt32, block: UInt32
    ) throws(UpdateFault) -> StructRecord {
        let start = offset
        let info = try byte()
        guard let kind = ContentKind(rawValue: info & InfoBit.kind) else { throw .malformed }
        var record = StructRecord(
            clock: clock, length: 0, start: UInt32(start), content: 0, end: 0, block: block, info: info)
        if record.isItem { try head(&record, of: client) }
        let shape = try content(kind)
        guard shape.units > 0 else { throw .malformed }
        guard shape.units <= UInt32(Limits.largestClock) - clock else { throw .clockOverflow }
        record.length = shape.units
        record.content = UInt32(shape.start)
        record.end = UInt32(offset)
        record.isBroken = shape.isBroken
        return record
    }

    @inline(__always)
    private mutating func head(_ record: inout StructRecord, of client: UInt64) throws(UpdateFault) {
        if record.hasOrigin {
            record.originClient = try number()
            record.originClock = try clock()
            try check(record.originClient, record.originClock, precedes: record, of: client)
        }
        if record.hasRightOrigin {
            record.rightClient = try number()
            record.rightClock = try clock()
            try check(record.rightClient, record.rightClock, precedes: record, of: client)
        }
        if record.namesParent { try parent(record, of: client) }
    }

    private mutating func parent(_ record: StructRecord, of client: UInt64) throws(UpdateFault) {
        if case .item(let other, let clock) = try parentName() {
            try check(other, clock, precedes: record, of: client)
        }
        if record.info & InfoBit.key != 0 { _ = try block() }
    }

    /// A client cannot depend on its own future.
    @inline(__always)
    private func check(
        _ other: UInt64, _ clock: UInt32, precedes record: StructRecord, of client: UInt64
    ) throws(UpdateFault) {
        guard other != client || clock < record.clock else { throw .malformed }
    }
}

extension Reader {
    /// Reads a delete set and appends its ranges as they come.
    mutating func deleteSet(into ranges: inout Column<DeletedClocks>) throws(UpdateFault) {
        let clients = try count(bytesEach: 2)
        guard clients <= Limits.clientsPerUpdate else { throw .tooManyClients }
        for _ in 0..<clients {
            let client = try number()
            for _ in 0..<(try count(bytesEach: 2)) {
                let clock = try clock()
                let length = try self.clock()
                guard length <= UInt32(Limits.largestClock) - clock else { throw .clockOverflow }
                if length > 0 { ranges.append(DeletedClocks(client: client, clock: clock, length: length)) }
            }
        }
    }
}
