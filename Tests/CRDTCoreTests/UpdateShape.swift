/// An update split into what must agree to the byte, and deletes by client.
struct UpdateShape: Equatable {
    var structs: ArraySlice<UInt8>
    var deletes: [UInt64: [UInt64]]

    init(_ update: [UInt8]) throws {
        var cursor = WireCursor(update)
        try cursor.skipStructs()
        structs = update[..<cursor.offset]
        deletes = try cursor.deletes()
    }
}

struct WireEnd: Error {}

/// Just enough of a reader of the format to find the delete set; independent of the engine's own.
struct WireCursor {
    private let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func byte() throws -> UInt8 {
        guard offset < bytes.count else { throw WireEnd() }
        offset += 1
        return bytes[offset - 1]
    }

    mutating func number() throws -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    mutating func block() throws { offset += Int(try number()) }

    mutating func skipStructs() throws {
        for _ in 0..<(try number()) {
            let count = try number()
            _ = try number()
            _ = try number()
            for _ in 0..<count { try skipStruct() }
        }
    }

    private mutating func skipStruct() throws {
        let info = try byte()
        guard ![0, 10].contains(info & 31) else { return _ = try number() }
        for bit: UInt8 in [0x80, 0x40] where info & bit != 0 {
            _ = try number()
            _ = try number()
        }
        if info & 0xC0 == 0 { try skipParent(info) }
        try skipContent(info & 31)
    }

    private mutating func skipParent(_ info: UInt8) throws {
        if try number() == 1 {
            try block()
        } else {
            _ = try number()
            _ = try number()
        }
        if info & 0x20 != 0 { try block() }
    }

    private mutating func skipContent(_ kind: UInt8) throws {
        switch kind {
        case 1: _ = try number()
        case 2: for _ in 0..<(try number()) { try block() }
        case 3, 4, 5: try block()
        case 6:
            try block()
            try block()
        case 7: if [3, 5].contains(try number()) { try block() }
        case 8: for _ in 0..<(try number()) { try skipAny() }
        default:
            try block()
            try skipAny()
        }
    }

    private mutating func skipAny() throws {
        switch try byte() {
        case 125: while try byte() >= 0x80 {}
        case 124: offset += 4
        case 123, 122: offset += 8
        case 119, 116: try block()
        case 118:
            for _ in 0..<(try number()) {
                try block()
                try skipAny()
            }
        case 117: for _ in 0..<(try number()) { try skipAny() }
        default: break
        }
    }

    mutating func deletes() throws -> [UInt64: [UInt64]] {
        var found: [UInt64: [UInt64]] = [:]
        for _ in 0..<(try number()) {
            let client = try number()
            for _ in 0..<(try number()) { found[client, default: []] += [try number(), try number()] }
        }
        return found
    }
}
