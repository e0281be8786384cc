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
        let state = try UpdateTool.update(fromColumns: snapshot)
        _ = try apply(state.span)
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
            var output = ByteWriter()
            try reader.read(to: &output)
            return output.take()
        }
    }
}
