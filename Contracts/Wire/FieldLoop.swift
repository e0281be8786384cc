/// The loops over a table's fields, without the type of the object.
struct FieldLoop: Sendable {
    private struct Line: Sendable {
        let name: String
        let nameBytes: [UInt8]
        /// `"name":`, ready to be appended.
        let prefix: [UInt8]
        let access: FieldAccess
    }

    private let lines: [Line]
    private let required: UInt64

    init(_ fields: [(name: String, isRequired: Bool, access: FieldAccess)]) {
        precondition(fields.count <= 64, "the set of seen fields is one machine word")
        precondition(Set(fields.map(\.name)).count == fields.count, "a field name comes once")
        lines = fields.map {
            Line(
                name: $0.name, nameBytes: Array($0.name.utf8), prefix: Array("\"\($0.name)\":".utf8),
                access: $0.access)
        }
        required = fields.indices.reduce(0) { fields[$1].isRequired ? $0 | 1 << UInt64($1) : $0 }
    }

    @inline(never)
    func read(into root: UnsafeMutableRawPointer, _ reader: inout JSONReader) -> Result<Void, WireFault> {
        do throws(WireFault) {
            try reader.expect(.object)
            try reader.enter()
            var seen: UInt64 = 0
            var likely = 0
            while let name = try reader.nextName() { try member(name, root, &reader, &seen, &likely) }
            reader.depth -= 1
            if required & ~seen != 0 { try reportMissing(seen, &reader) }
            return .success(())
        } catch { return .failure(error) }
    }

    /// Reads one member; fields normally come in the table's order, so the next one is tried first.
    private func member(
        _ name: Range<Int>, _ root: UnsafeMutableRawPointer, _ reader: inout JSONReader,
        _ seen: inout UInt64, _ likely: inout Int
    ) throws(WireFault) {
        guard let index = find(name, in: reader, likely) else { return try unknown(name, &reader) }
        likely = index + 1
        let line = lines[index]
        let isRepeated = seen & 1 << UInt64(index) != 0
        seen |= 1 << UInt64(index)
        try reader.isolating({ line.name }) { (reader) throws(WireFault) in
            if isRepeated { throw WireFault(.duplicateField, "the field comes twice") }
            try line.access.read(root, &reader)
        }
    }

    private func find(_ name: Range<Int>, in reader: JSONReader, _ likely: Int) -> Int? {
        if likely < lines.count, matches(name, reader, lines[likely].nameBytes) { return likely }
        return lines.firstIndex { matches(name, reader, $0.nameBytes) }
    }

    @inline(__always)
    private func matches(_ name: Range<Int>, _ reader: JSONReader, _ wanted: [UInt8]) -> Bool {
        guard name.count == wanted.count else { return false }
        for index in 0..<wanted.count where reader.bytes[name.lowerBound + index] != wanted[index] {
            return false
        }
        return true
    }

    private func unknown(_ name: Range<Int>, _ reader: inout JSONReader) throws(WireFault) {
        if reader.unknownFields == .skip { return try reader.skipValue() }
        let text = String(decoding: reader.bytes[name], as: UTF8.self)
        let known = lines.map(\.name).joined(separator: ", ")
        try reader.isolating({ text }) { (_) throws(WireFault) in
            throw WireFault(.unknownField, "the contract has no such field; it has: \(known)")
        }
    }

    private func reportMissing(_ seen: UInt64, _ reader: inout JSONReader) throws(WireFault) {
        let missing = lines.indices.filter { required & ~seen & 1 << UInt64($0) != 0 }
        for index in missing {
            let fault = WireFault(.missingField, "the field is required").inside(lines[index].name)
            if reader.faults.count >= WireLimits.faults { throw fault }
            reader.faults.append(fault)
        }
    }

    @inline(never)
    func write(_ root: UnsafeRawPointer, to writer: inout JSONWriter) {
        writer.raw(UInt8(ascii: "{"))
        for line in lines where line.access.write(root, line.prefix, &writer) {
            writer.raw(UInt8(ascii: ","))
        }
        writer.closeObject()
    }
}
