extension Document {
    /// The whole document, what waits included, in the own column format: for storage, smaller than Yjs's.
    package func snapshot() -> [UInt8] {
        encode().withUnsafeBufferPointer { state in
            do throws(UpdateFault) {
                return try UpdateTool.columns(ofMessage: state)
            } catch {
                preconditionFailure("the state is our own")
            }
        }
    }

    /// A document from its snapshot.
    package init(client: UInt64, snapshot: Span<UInt8>) throws(UpdateFault) {
        self.init(client: client)
        let isWhole = try snapshot.withUnsafeBufferPointer { (bytes) throws(UpdateFault) in
            try load(columns: bytes)
        }
        guard !isWhole else { return }
        let state = try UpdateTool.update(fromColumns: snapshot)
        _ = try apply(state.span)
    }

    /// Takes the structs as they lie in the columns; does nothing and returns false if one has to wait, or
    /// comes twice.
    private mutating func load(columns: UnsafeBufferPointer<UInt8>) throws(UpdateFault) -> Bool {
        var reader = try SnapshotReader(columns)
        try reader.read(into: &update)
        try checkClients()
        makePlan()
        guard plan.wants.isEmpty, update.blocks.count == reader.blockCount else { return false }
        guard 3 * columns.count <= Limits.contentBytes else { throw .tooLarge }
        try checkPending()
        integrateAll()
        trim()
        return true
    }
}

extension UpdateTool {
    /// An update in the own column format, for storage; one that tells the same clocks twice is refused.
    package static func columns(of update: Span<UInt8>) throws(UpdateFault) -> [UInt8] {
        try update.withUnsafeBufferPointer { (message) throws(UpdateFault) in try columns(ofMessage: message)
        }
    }

    static func columns(ofMessage message: UnsafeBufferPointer<UInt8>) throws(UpdateFault) -> [UInt8] {
        var decoded = DecodedUpdate()
        try decoded.decode(message)
        guard !decoded.hasOverlaps else { throw .malformed }
        var writer = SnapshotWriter()
        return writer.write(decoded)
    }

    /// The update that `columns(of:)` was given.
    package static func update(fromColumns columns: Span<UInt8>) throws(UpdateFault) -> [UInt8] {
        try columns.withUnsafeBufferPointer { (bytes) throws(UpdateFault) in
            var reader = try SnapshotReader(bytes)
            var decoded = DecodedUpdate()
            try reader.read(into: &decoded)
            if !reader.hasOwnDeletes { decoded.deleteWhatHasNoContent() }
            var output = ByteWriter()
            decoded.writeColumns(to: &output)
            return output.take()
        }
    }
}

extension DecodedUpdate {
    /// Adds the deletes that the structs tell.
    mutating func deleteWhatHasNoContent() {
        for index in 0..<records.count where records[index].kind.isOnlyLength {
            let (record, client) = (records[index], blocks[records[index].block].client)
            deletes.append(DeletedClocks(client: client, clock: record.clock, length: record.length))
        }
    }

    /// Writes records that lie in columns as an update, gaps as Skip structs.
    fileprivate func writeColumns(to writer: inout ByteWriter) {
        writer.number(blocks.count)
        for index in 0..<blocks.count {
            let block = blocks[index]
            let range = Int(block.first)..<Int(block.first + block.count)
            let gaps = range.dropFirst().count { records[$0 - 1].clockEnd < records[$0].clock }
            var clock = range.isEmpty ? 0 : records[range.lowerBound].clock
            writer.number(range.count + gaps)
            writer.number(block.client)
            writer.number(clock)
            for place in range {
                if clock < records[place].clock { writer.skip(records[place].clock - clock) }
                writeColumns(of: records[place], to: &writer)
                clock = records[place].clockEnd
            }
        }
        writeDeletes(to: &writer)
    }

    private func writeColumns(of record: StructRecord, to writer: inout ByteWriter) {
        writer.byte(record.info)
        if record.hasOrigin {
            writer.number(record.originClient)
            writer.number(record.originClock)
        }
        if record.hasRightOrigin {
            writer.number(record.rightClient)
            writer.number(record.rightClock)
        }
        if record.namesParent {
            var reader = Reader(message, Int(record.start)..<Int(record.end))
            writer.raw(message + Int(record.start) + 1, reader.headBytes(info: record.info) - 1)
        }
        let bytes = Int(record.end - record.content)
        if record.kind == .string {
            writer.number(bytes)
        } else if record.kind.isOnlyLength || record.kind.isCounted {
            writer.number(record.length)
        }
        writer.raw(message + Int(record.content), bytes)
    }
}
