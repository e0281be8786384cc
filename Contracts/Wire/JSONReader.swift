/// A strict JSON cursor over bytes that it does not own (RFC 8259, UTF-8, no extensions).
///
/// Reading never looks behind the end, never recurses deeper than `WireLimits.depth` and allocates only
/// what the values need.
public struct JSONReader {
    /// What to do with a field that the contract does not know.
    public enum UnknownFields: Sendable {
        case refuse, skip
    }

    /// What the next value is, by its first byte.
    public enum Kind: String, Sendable {
        case object, array, string, number, boolean, null
    }

    let bytes: UnsafeBufferPointer<UInt8>
    let unknownFields: UnknownFields
    var offset = 0
    var depth = 0
    var faults: [WireFault] = []

    /// A cursor at the start of `bytes`, which must stay valid while it is used.
    public init(_ bytes: UnsafeBufferPointer<UInt8>, unknownFields: UnknownFields) {
        self.bytes = bytes
        self.unknownFields = unknownFields
    }

    /// The byte at the cursor, or nil at the end.
    @inline(__always)
    var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    mutating func readAll<Value: Wire>(_: Value.Type) -> Result<Value, WireFaults> {
        do throws(WireFault) {
            let value = try Value.read(&self)
            skipSpace()
            if offset != bytes.count { throw malformed("something follows the value") }
            return faults.isEmpty ? .success(value) : .failure(WireFaults(faults))
        } catch {
            // A broken text is reported alone: what was found before it may be a consequence.
            return .failure(WireFaults(error.code.isSyntax ? [error] : faults + [error]))
        }
    }

    /// The kind of the next value.
    public mutating func peek() throws(WireFault) -> Kind {
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        case let byte? where byte == UInt8(ascii: "-") || byte.isDigit: return .number
        case nil: throw malformed("a value is missing at the end")
        default: throw malformed("a value is expected")
        }
    }

    mutating func expect(_ wanted: Kind) throws(WireFault) {
        let kind = try peek()
        if kind != wanted { throw WireFault(.wrongType, "expected \(wanted.rawValue), got \(kind.rawValue)") }
    }

    /// Whether the next value is `null`; consumes it if so.
    public mutating func readNull() throws(WireFault) -> Bool {
        guard try peek() == .null else { return false }
        try literal("null")
        return true
    }

    /// Reads `true` or `false`.
    public mutating func readBool() throws(WireFault) -> Bool {
        try expect(.boolean)
        if current == UInt8(ascii: "t") {
            try literal("true")
            return true
        }
        try literal("false")
        return false
    }

    private mutating func literal(_ word: StaticString) throws(WireFault) {
        let end = offset + word.utf8CodeUnitCount
        guard end <= bytes.count,
            (0..<word.utf8CodeUnitCount).allSatisfy({ bytes[offset + $0] == word.utf8Start[$0] })
        else { throw malformed("a literal is misspelt") }
        offset = end
    }

    @inline(__always)
    mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset += 1
            default: return
            }
        }
    }

    func malformed(_ detail: String) -> WireFault {
        WireFault(.malformedJSON, "\(detail) (byte \(offset))")
    }

    /// Steps over the next value, whatever it is, checking that it is JSON.
    public mutating func skipValue() throws(WireFault) {
        switch try peek() {
        case .object: try object { (_, reader) throws(WireFault) in try reader.skipValue() }
        case .array: try array { (reader) throws(WireFault) in try reader.skipValue() }
        case .string: _ = try readString()
        case .number: _ = try numberBytes()
        case .boolean: _ = try readBool()
        case .null: try literal("null")
        }
    }
}
