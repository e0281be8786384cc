/// A struct to be written: one record, without its first `skipped` units, or several in a row as one.
struct StructPart: BitwiseCopyable {
    var first: UInt32
    var count: UInt32 = 1
    var skipped: UInt32
    var clock: UInt32
    var end: UInt32
}

extension DecodedUpdate {
    /// Writes the arranged records as an update: what comes twice once, gaps as Skip structs. Clocks below
    /// `known` (sorted by client) are left out.
    func write(to writer: inout ByteWriter, joiningRuns: Bool, known: borrowing Column<KnownState>) {
        var parts = Column<StructPart>()
        var blockEnds = Column<UInt32>()
        var written = 0
        if !joiningRuns { parts.reserve(records.count) }
        for index in 0..<blocks.count {
            let before = parts.count
            appendParts(
                of: blocks[index], since: known.state(of: blocks[index].client), joiningRuns, to: &parts)
            blockEnds.append(UInt32(parts.count))
            if parts.count > before { written += 1 }
        }
        writer.number(written)
        var first = 0
        for index in 0..<blocks.count {
            let end = Int(blockEnds[index])
            if end > first { write(parts, first..<end, of: blocks[index].client, to: &writer) }
            first = end
        }
        writeDeletes(to: &writer)
    }

    func write(to writer: inout ByteWriter, joiningRuns: Bool) {
        var nothing = Column<KnownState>()
        nothing.reserve(1)
        write(to: &writer, joiningRuns: joiningRuns, known: nothing)
    }

    private func appendParts(
        of block: ClientBlock, since known: UInt32, _ joiningRuns: Bool, to parts: inout Column<StructPart>
    ) {
        let before = parts.count
        var end = known
        for index in block.first..<block.first + block.count {
            let record = records[index]
            guard record.clockEnd > end else { continue }
            let skipped = end > record.clock ? end - record.clock : 0
            if parts.count > before, join(record, index, skipped, joiningRuns, to: &parts[parts.count - 1]) {
                end = record.clockEnd
                continue
            }
            parts.append(
                StructPart(
                    first: index, skipped: skipped, clock: record.clock + skipped, end: record.clockEnd))
            end = record.clockEnd
        }
    }

    /// Lets the last part take a record in: collected clocks of different messages always, as Yjs does, and
    /// runs when asked to.
    private func join(
        _ record: StructRecord, _ index: UInt32, _ skipped: UInt32, _ joiningRuns: Bool,
        to part: inout StructPart
    ) -> Bool {
        let last = records[part.first + part.count - 1]
        guard part.end == record.clock + skipped, last.kind == record.kind else { return false }
        if record.kind == .collected {
            guard joiningRuns || last.message != record.message else { return false }
            part.end = record.clockEnd
            return true
        }
        guard joiningRuns, skipped == 0, part.first + part.count == index, continues(last, record) else {
            return false
        }
        part.count += 1
        part.end = record.clockEnd
        return true
    }

    /// Whether a record is what its client wrote next in the same place.
    private func continues(_ last: StructRecord, _ next: StructRecord) -> Bool {
        next.kind.isMergeable && next.hasOrigin && next.originClock == last.clockEnd - 1
            && next.originClient == blocks[next.block].client && !next.isBroken && !last.isBroken
            && next.plainInfo == (last.info | InfoBit.origin) & ~InfoBit.key
            && next.rightClient == last.rightClient
            && next.rightClock == last.rightClock && last.info & InfoBit.key == 0
    }

    private func write(
        _ parts: borrowing Column<StructPart>, _ range: Range<Int>, of client: UInt64,
        to writer: inout ByteWriter
    ) {
        var gaps = 0
        for index in range.dropFirst() where parts[index - 1].end < parts[index].clock { gaps += 1 }
        writer.number(range.count + gaps)
        writer.number(client)
        writer.number(parts[range.lowerBound].clock)
        var clock = parts[range.lowerBound].clock
        for index in range {
            if clock < parts[index].clock { writer.skip(parts[index].clock - clock) }
            write(parts[index], of: client, to: &writer)
            clock = parts[index].end
        }
    }

    private func write(_ part: StructPart, of client: UInt64, to writer: inout ByteWriter) {
        let record = records[part.first]
        if record.kind == .collected {
            writer.byte(ContentKind.collected.rawValue)
            return writer.number(part.end - part.clock)
        }
        if part.skipped == 0 && part.count == 1 {
            writer.byte(record.plainInfo)
            return writer.raw(message + Int(record.start) + 1, Int(record.end - record.start) - 1)
        }
        writeHead(of: record, skipping: part.skipped, client: client, to: &writer)
        writeContent(of: part, to: &writer)
    }

    private func writeHead(
        of record: StructRecord, skipping skipped: UInt32, client: UInt64, to writer: inout ByteWriter
    ) {
        guard skipped > 0 || !record.namesParent else {
            var reader = Reader(message, Int(record.start)..<Int(record.end))
            let head = reader.headBytes(info: record.info)
            return writer.raw(message + Int(record.start), head)
        }
        writer.byte(skipped > 0 ? (record.info | InfoBit.origin) & ~InfoBit.key : record.plainInfo)
        if skipped > 0 {
            writer.number(client)
            writer.number(record.clock + skipped - 1)
        } else if record.hasOrigin {
            writer.number(record.originClient)
            writer.number(record.originClock)
        }
        if record.hasRightOrigin {
            writer.number(record.rightClient)
            writer.number(record.rightClock)
        }
    }

    private func writeContent(of part: StructPart, to writer: inout ByteWriter) {
        let record = records[part.first]
        switch record.kind {
        case .deleted: writer.number(part.end - part.clock)
        case .string: writeText(of: part, to: &writer)
        default:
            var reader = Reader(message, Int(record.content)..<Int(record.end))
            for _ in 0..<part.skipped { reader.passElement(record.kind) }
            writer.number(part.end - part.clock)
            writer.raw(message + reader.offset, reader.remaining)
            writeRest(of: part, to: &writer)
        }
    }

    private func writeRest(of part: StructPart, to writer: inout ByteWriter) {
        for index in part.first + 1..<part.first + max(part.count, 1) {
            let record = records[index]
            writer.raw(message + Int(record.content), Int(record.end - record.content))
        }
    }

    private func writeText(of part: StructPart, to writer: inout ByteWriter) {
        let record = records[part.first]
        var repaired = Column<UInt8>()
        let source = UnsafeBufferPointer(
            start: message + Int(record.content), count: Int(record.end - record.content))
        Replacement.append(repaired: source, to: &repaired)
        let cut = TextCut(repaired.start, at: Int(part.skipped))
        let start = cut.bytesBefore + (cut.splitsPair ? 4 : 0)
        var total = repaired.count - start + (cut.splitsPair ? 3 : 0)
        for index in part.first + 1..<part.first + max(part.count, 1) {
            total += Int(records[index].end - records[index].content)
        }
        writer.number(total)
        if cut.splitsPair { writer.replacement() }
        writer.raw(repaired.start + start, repaired.count - start)
        writeRest(of: part, to: &writer)
    }

    /// The deletes, sorted and joined.
    func sortedDeletes() -> Column<DeletedClocks> {
        var sorted = Column<DeletedClocks>()
        if !deletes.isEmpty { sorted.append(from: deletes.start, count: deletes.count) }
        sorted.normalize()
        return sorted
    }

    func writeDeletes(to writer: inout ByteWriter) { writer.deletes(sortedDeletes()) }

    /// Where the structs of a client that start at clock 0 have their first hole.
    func contiguousEnd(of block: ClientBlock) -> UInt32 {
        var end: UInt32 = 0
        for index in block.first..<block.first + block.count {
            guard records[index].clock <= end else { break }
            end = max(end, records[index].clockEnd)
        }
        return end
    }
}

extension Reader {
    /// How many bytes the head of a checked struct takes that names its parent.
    mutating func headBytes(info: UInt8) -> Int {
        let start = offset
        do throws(UpdateFault) {
            _ = try byte()
            _ = try parentName()
            if info & InfoBit.key != 0 { _ = try block() }
        } catch {
            preconditionFailure("the record was checked when it was read")
        }
        return offset - start
    }

    /// Steps over an element that was checked before.
    mutating func passElement(_ kind: ContentKind) {
        do throws(UpdateFault) {
            try skipElement(kind)
        } catch {
            preconditionFailure("elements were checked when they came")
        }
    }
}

extension ByteWriter {
    mutating func skip(_ units: UInt32) {
        byte(ContentKind.skip.rawValue)
        number(units)
    }

    /// Writes a delete set whose ranges are sorted and joined.
    mutating func deletes(_ ranges: borrowing Column<DeletedClocks>) {
        var clients = 0
        for index in 0..<ranges.count where index == 0 || ranges[index].client != ranges[index - 1].client {
            clients += 1
        }
        number(clients)
        var first = 0
        while first < ranges.count {
            var end = first + 1
            while end < ranges.count && ranges[end].client == ranges[first].client { end += 1 }
            number(ranges[first].client)
            number(end - first)
            for index in first..<end {
                number(ranges[index].clock)
                number(ranges[index].length)
            }
            first = end
        }
    }
}

extension Column where Element == DeletedClocks {
    /// Sorts by descending client and by clock, and joins what touches or overlaps.
    mutating func normalize() {
        guard count > 1 else { return }
        sort { SortKey(~$0.client, $0.clock) }
        var kept = 0
        for index in 1..<count {
            let range = self[index]
            if self[kept].client == range.client && self[kept].end >= range.clock {
                self[kept].length = Swift.max(self[kept].end, range.end) - self[kept].clock
            } else {
                kept += 1
                self[kept] = range
            }
        }
        truncate(to: kept + 1)
    }
}

extension Column where Element == KnownState {
    /// The clock of a client in a column sorted by client; 0 when it is not there.
    func state(of client: UInt64) -> UInt32 {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].client < client { low = middle + 1 } else { high = middle }
        }
        guard low < count, self[low].client == client else { return 0 }
        return UInt32(Swift.min(self[low].clock, Limits.largestClock))
    }
}
