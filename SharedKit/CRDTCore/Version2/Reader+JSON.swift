extension Reader {
    /// Reads an `Any` value and writes it as `JSON.stringify` would.
    mutating func json(to output: inout ByteWriter, depth: Int) throws(UpdateFault) {
        switch try byte() {
        case 125: output.decimal(try signed())
        case 124: output.number(describing: Double(Float(bitPattern: UInt32(try bigEndian(4)))))
        case 123: output.number(describing: Double(bitPattern: try bigEndian(8)))
        case 122: output.decimal(Int64(bitPattern: try bigEndian(8)))
        case 121: output.ascii("false")
        case 120: output.ascii("true")
        case 119: output.quoted(bytes(try block()))
        case 118: try object(to: &output, depth: depth)
        case 117: try array(to: &output, depth: depth)
        case 116: output.numbered(bytes(try block()))
        case 126, 127: output.ascii("null")
        default: throw .malformed
        }
    }

    private mutating func object(to output: inout ByteWriter, depth: Int) throws(UpdateFault) {
        guard depth > 0 else { throw .tooDeep }
        output.ascii("{")
        for index in 0..<(try count()) {
            if index > 0 { output.ascii(",") }
            output.quoted(bytes(try block()))
            output.ascii(":")
            try json(to: &output, depth: depth - 1)
        }
        output.ascii("}")
    }

    private mutating func array(to output: inout ByteWriter, depth: Int) throws(UpdateFault) {
        guard depth > 0 else { throw .tooDeep }
        output.ascii("[")
        for index in 0..<(try count()) {
            if index > 0 { output.ascii(",") }
            try json(to: &output, depth: depth - 1)
        }
        output.ascii("]")
    }

    private mutating func bigEndian(_ count: Int) throws(UpdateFault) -> UInt64 {
        var value: UInt64 = 0
        for _ in 0..<count { value = value << 8 | UInt64(try byte()) }
        return value
    }
}

extension ByteWriter {
    mutating func ascii(_ text: StaticString) { raw(text.utf8Start, text.utf8CodeUnitCount) }

    mutating func decimal(_ value: Int64) {
        if value < 0 { byte(UInt8(ascii: "-")) }
        var divisor: UInt64 = 1
        while value.magnitude / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            byte(UInt8(ascii: "0") + UInt8(value.magnitude / divisor % 10))
            divisor /= 10
        }
    }

    /// The shortest digits that give the number back; what JSON has no word for is null.
    mutating func number(describing value: Double) {
        guard value.isFinite else { return ascii("null") }
        if value == value.rounded(), value.magnitude < 1e18 { return decimal(Int64(value)) }
        for digit in value.description.utf8 { byte(digit) }
    }

    /// A JSON string.
    mutating func quoted(_ text: UnsafeBufferPointer<UInt8>) {
        byte(UInt8(ascii: "\""))
        for character in text {
            switch character {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                byte(UInt8(ascii: "\\"))
                byte(character)
            case 0x0A: ascii("\\n")
            case 0x0D: ascii("\\r")
            case 0x09: ascii("\\t")
            case 0x08: ascii("\\b")
            case 0x0C: ascii("\\f")
            case 0..<0x20:
                ascii("\\u00")
                byte(character < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
                byte(ByteWriter.hexadecimal(character & 0x0F))
            default: byte(character)
            }
        }
        byte(UInt8(ascii: "\""))
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }

    /// Bytes as JavaScript writes a typed array: an object with a member for each.
    mutating func numbered(_ bytes: UnsafeBufferPointer<UInt8>) {
        ascii("{")
        for index in 0..<bytes.count {
            if index > 0 { ascii(",") }
            ascii("\"")
            decimal(Int64(index))
            ascii("\":")
            decimal(Int64(bytes[index]))
        }
        ascii("}")
    }
}
