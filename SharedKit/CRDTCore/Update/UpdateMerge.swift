/// Several updates on their way to become one. Linear in their size.
struct UpdateMerge: ~Copyable {
    private var message = Column<UInt8>()
    private var merged = DecodedUpdate()

    /// Makes room for so many updates, and bytes in all.
    mutating func reserve(_ updates: Int, bytes: Int) {
        message.reserve(bytes)
        merged.reserve(updates)
    }

    mutating func add(_ update: UnsafeBufferPointer<UInt8>) throws(UpdateFault) {
        let start = message.count
        message.append(from: update)
        guard let base = message.all.baseAddress else { throw .truncated }
        try merged.add(base, start..<message.count)
    }

    mutating func write(joiningRuns: Bool, to writer: inout ByteWriter) {
        merged.arrange()
        writer.reserve(message.count)
        merged.write(to: &writer, joiningRuns: joiningRuns)
    }
}
