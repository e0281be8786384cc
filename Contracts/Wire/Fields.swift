/// The field table of an object type.
public struct Fields<Root: Sendable>: Sendable {
    /// The lines, in the order of writing.
    public let all: [Field<Root>]
    private let required: UInt64

    /// A table.
    /// - Precondition: at most 64 fields, no name twice.
    public init(_ all: Field<Root>...) {
        precondition(all.count <= 64, "the set of seen fields is one machine word")
        precondition(Set(all.map(\.name)).count == all.count, "a field name comes once")
        self.all = all
        required = all.indices.reduce(0) { all[$1].isRequired ? $0 | 1 << UInt64($1) : $0 }
    }

    func read(into root: inout Root, _ reader: inout JSONReader) throws(WireFault) {
        try reader.expect(.object)
        try reader.enter()
        var seen: UInt64 = 0
        var likely = 0
        let failure: WireFault? = withUnsafeMutablePointer(to: &root) { root in
            do throws(WireFault) {
                while let name = try reader.nextName() {
                    try member(name, root, &reader, &seen, &likely)
                }
                return nil
            } catch { return error }
        }
        if let failure { throw failure }
        reader.depth -= 1
        if required & ~seen != 0 { try reportMissing(seen, &reader) }
    }

    /// Reads one member; fields normally come in the table's order, so the next one is tried first.
    private func member(
        _ name: Range<Int>, _ root: UnsafeMutablePointer<Root>, _ reader: inout JSONReader,
        _ seen: inout UInt64, _ likely: inout Int
    ) throws(WireFault) {
        guard let index = find(name, in: reader, likely) else { return try unknown(name, &reader) }
        likely = index + 1
        let field = all[index]
        let isRepeated = seen & 1 << UInt64(index) != 0
        seen |= 1 << UInt64(index)
        try reader.isolating({ field.name }) { (reader) throws(WireFault) in
            if isRepeated { throw WireFault(.duplicateField, "the field comes twice") }
            try field.read(root, &reader)
        }
    }

    @inline(__always)
    private func find(_ name: Range<Int>, in reader: JSONReader, _ likely: Int) -> Int? {
        if likely < all.count, matches(name, reader, all[likely].nameBytes) { return likely }
        return all.firstIndex { matches(name, reader, $0.nameBytes) }
    }

    @inline(__always)
    private func matches(_ name: Range<Int>, _ reader: JSONReader, _ wanted: [UInt8]) -> Bool {
        guard name.count == wanted.count else { return false }
        for index in 0..<wanted.count where reader.bytes[name.lowerBound + index] != wanted[index] { return false }
        return true
    }

    private func unknown(_ name: Range<Int>, _ reader: inout JSONReader) throws(WireFault) {
        if reader.unknownFields == .skip { return try reader.skipValue() }
        let text = String(decoding: reader.bytes[name], as: UTF8.self)
        try reader.isolating({ text }) { (_) throws(WireFault) in
            throw WireFault(.unknownField, "the contract has no such field; it has: \(names)")
        }
    }

    private var names: String { all.map(\.name).joined(separator: ", ") }

    private func reportMissing(_ seen: UInt64, _ reader: inout JSONReader) throws(WireFault) {
        let missing = all.indices.filter { all[$0].isRequired && seen & 1 << UInt64($0) == 0 }
        for index in missing {
            let fault = WireFault(.missingField, "the field is required").inside(all[index].name)
            if reader.faults.count >= WireLimits.faults { throw fault }
            reader.faults.append(fault)
        }
    }

    func write(_ root: Root, to writer: inout JSONWriter) {
        withUnsafePointer(to: root) { root in
            writer.raw(UInt8(ascii: "{"))
            for field in all where field.write(root, field.prefix, &writer) { writer.raw(UInt8(ascii: ",")) }
            writer.closeObject()
        }
    }

    /// The table as a schema.
    public var schema: Schema {
        .object(
            properties: all.map { Schema.Property(name: $0.name, schema: $0.schema) },
            required: all.filter(\.isRequired).map(\.name))
    }
}
