/// What a Yjs update (v1) brings, found out without applying it: which clocks of which clients, which
/// deletions.
///
/// The whole update is checked for form, so that nothing goes into the log that clients would stumble over.
package struct UpdateScan: Equatable {
    /// Clocks of structs that are there; skips are not.
    package private(set) var structs = ClockSet()
    /// Clocks that the update deletes.
    package private(set) var deletes = ClockSet()

    /// Reads and checks one update.
    /// - Throws: `ProtocolFault` for anything that is not exactly one update.
    package init(_ update: ArraySlice<UInt8>) throws(ProtocolFault) {
        var reader = LibReader(update)
        let clients = try reader.count()
        guard clients <= Limits.clientsPerUpdate else {
            throw ProtocolFault("an update has too many clients")
        }
        for _ in 0..<clients { try block(&reader) }
        deletes = try Self.deletes(&reader)
        guard reader.remaining == 0 else { throw ProtocolFault("something follows the update") }
    }

    private mutating func block(_ reader: inout LibReader) throws(ProtocolFault) {
        let count = try reader.count()
        let client = try reader.unsigned()
        var clock = try reader.unsigned()
        for _ in 0..<count {
            let info = try reader.byte()
            let length = try Self.structLength(info, &reader)
            let (end, overflow) = clock.addingReportingOverflow(length)
            guard length > 0, !overflow, end < 1 << 53 else {
                throw ProtocolFault("a struct has an impossible length")
            }
            if info & 31 != 10 { structs.insert(client, clock..<end) }
            clock = end
        }
    }

    private static func structLength(_ info: UInt8, _ reader: inout LibReader) throws(ProtocolFault) -> UInt64
    {
        switch info & 31 {
        case 0, 10: return try reader.unsigned()
        case 1...9:
            try skipHead(info, &reader)
            return try contentLength(info & 31, &reader)
        default: throw ProtocolFault("a struct is of no known kind")
        }
    }

    private static func skipHead(_ info: UInt8, _ reader: inout LibReader) throws(ProtocolFault) {
        if info & 0x80 != 0 { try skipID(&reader) }
        if info & 0x40 != 0 { try skipID(&reader) }
        guard info & 0xC0 == 0 else { return }
        switch try reader.unsigned() {
        case 1: _ = try reader.textLength()
        case 0: try skipID(&reader)
        default: throw ProtocolFault("a parent is of no known kind")
        }
        if info & 0x20 != 0 { _ = try reader.textLength() }
    }

    private static func skipID(_ reader: inout LibReader) throws(ProtocolFault) {
        _ = try reader.unsigned()
        _ = try reader.unsigned()
    }

    private static func contentLength(
        _ kind: UInt8, _ reader: inout LibReader
    ) throws(ProtocolFault) -> UInt64 {
        switch kind {
        case 1: return try reader.unsigned()
        case 2:
            let count = try reader.count()
            for _ in 0..<count { _ = try reader.textLength() }
            return UInt64(count)
        case 3: _ = try reader.buffer()
        case 4: return try reader.textLength()
        case 5: _ = try reader.textLength()
        case 6:
            _ = try reader.textLength()
            _ = try reader.textLength()
        case 7: try skipType(&reader)
        case 8:
            let count = try reader.count()
            for _ in 0..<count { try reader.skipAny() }
            return UInt64(count)
        default:
            _ = try reader.textLength()
            try reader.skipAny()
        }
        return 1
    }

    private static func skipType(_ reader: inout LibReader) throws(ProtocolFault) {
        switch try reader.unsigned() {
        case 3, 5: _ = try reader.textLength()
        case 0...6: return
        default: throw ProtocolFault("a type is of no known kind")
        }
    }

    private static func deletes(_ reader: inout LibReader) throws(ProtocolFault) -> ClockSet {
        var deletes = ClockSet()
        for _ in 0..<(try reader.count()) {
            let client = try reader.unsigned()
            for _ in 0..<(try reader.count()) {
                let clock = try reader.unsigned()
                let length = try reader.unsigned()
                guard length > 0, clock + length < 1 << 53 else {
                    throw ProtocolFault("a deletion is impossible")
                }
                deletes.insert(client, clock..<clock + length)
            }
        }
        return deletes
    }
}
