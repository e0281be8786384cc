/// Steps through JSON in one pass without building values: a trace has a million of them.
struct JSONCursor {
    struct Fault: Error {
        let problem: String
        let offset: Int
    }

    private static let depth = 64
    private let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func fault(_ problem: String) -> Fault { Fault(problem: problem, offset: offset) }

    /// The next byte that is no space, not consumed; 0 at the end.
    mutating func peek() -> UInt8 {
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte != 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09 { return byte }
            offset += 1
        }
        return 0
    }

    private mutating func take(_ byte: Character) throws(Fault) {
        guard peek() == byte.asciiValue else { throw fault("'\(byte)' expected") }
        offset += 1
    }

    /// Calls `element` before each element of an array; it has to consume it.
    mutating func array(_ element: (inout JSONCursor) throws(Fault) -> Void) throws(Fault) {
        try take("[")
        if peek() == UInt8(ascii: "]") { return offset += 1 }
        while true {
            try element(&self)
            if peek() != UInt8(ascii: ",") { return try take("]") }
            offset += 1
        }
    }

    /// Calls `member` with each name before its value; it has to consume the value.
    mutating func object(_ member: (inout JSONCursor, String) throws(Fault) -> Void) throws(Fault) {
        try take("{")
        if peek() == UInt8(ascii: "}") { return offset += 1 }
        while true {
            var name: [UInt16] = []
            try string(into: &name)
            try take(":")
            try member(&self, String(decoding: name, as: UTF16.self))
            if peek() != UInt8(ascii: ",") { return try take("}") }
            offset += 1
        }
    }

    /// A whole number from 0 to 2^53.
    mutating func count() throws(Fault) -> Int {
        var value = 0
        guard isDigit(peek()) else { throw fault("a whole number expected") }
        while offset < bytes.count, isDigit(bytes[offset]) {
            value = value * 10 + Int(bytes[offset] & 15)
            guard value <= 1 << 53 else { throw fault("a number is too large") }
            offset += 1
        }
        return value
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Appends a string in UTF-16.
    mutating func string(into units: inout [UInt16]) throws(Fault) {
        try take("\"")
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): units.append(try escape())
            case ..<0x20: throw fault("a control character in a string")
            case ..<0x80: units.append(UInt16(byte))
            default: try scalar(lead: byte, into: &units)
            }
        }
        throw fault("a string has no end")
    }

    private mutating func escape() throws(Fault) -> UInt16 {
        guard offset < bytes.count else { throw fault("a string has no end") }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "u"): return try hexUnit()
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UInt16(byte)
        default: throw fault("an unknown escape")
        }
    }

    /// Appends a string in UTF-8; lone surrogates become U+FFFD.
    mutating func string(into bytes: inout [UInt8]) throws(Fault) {
        var units: [UInt16] = []
        try string(into: &units)
        bytes += String(decoding: units, as: UTF16.self).utf8
    }

    private mutating func hexUnit() throws(Fault) -> UInt16 {
        guard offset + 4 <= bytes.count,
            let unit = UInt16(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
        else { throw fault("four hexadecimal digits expected") }
        offset += 4
        return unit
    }

    private mutating func scalar(lead: UInt8, into units: inout [UInt16]) throws(Fault) {
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        let start = offset - 1
        guard start + length <= bytes.count,
            let text = String(validating: bytes[start..<start + length], as: UTF8.self)
        else { throw fault("not UTF-8") }
        units += text.utf16
        offset = start + length
    }

    /// Steps over any value.
    mutating func skip(depth: Int = 0) throws(Fault) {
        guard depth < Self.depth else { throw fault("nested too deep") }
        switch peek() {
        case UInt8(ascii: "["): try array { cursor throws(Fault) in try cursor.skip(depth: depth + 1) }
        case UInt8(ascii: "{"): try object { cursor, _ throws(Fault) in try cursor.skip(depth: depth + 1) }
        case UInt8(ascii: "\""):
            var ignored: [UInt16] = []
            try string(into: &ignored)
        default: try skipScalar()
        }
    }

    private mutating func skipScalar() throws(Fault) {
        let start = offset
        while offset < bytes.count, !",]} \n\r\t".utf8.contains(bytes[offset]) { offset += 1 }
        let word = String(decoding: bytes[start..<offset], as: UTF8.self)
        guard ["true", "false", "null"].contains(word) || Double(word) != nil else {
            throw fault("a value expected")
        }
    }

    /// Nothing but space may follow.
    mutating func end() throws(Fault) {
        if peek() != 0 || offset < bytes.count { throw fault("something follows the trace") }
    }
}
