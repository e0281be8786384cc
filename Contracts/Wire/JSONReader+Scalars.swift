extension JSONReader {
    /// Reads a string; escapes are resolved, lone surrogates and invalid UTF-8 refused.
    public mutating func readString() throws(WireFault) -> String {
        try expect(.string)
        let start = offset + 1
        var end = start
        var isASCII: UInt8 = 0
        while end < bytes.count {
            let byte = bytes[end]
            if byte == UInt8(ascii: "\"") {
                offset = end + 1
                return try text(bytes[start..<end], isASCII: isASCII < 0x80)
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            if byte < 0x20 { throw malformed("a control character in a string must be escaped") }
            isASCII |= byte
            end += 1
        }
        throw malformed("a string has no end")
    }

    private func text(_ slice: Slice<UnsafeBufferPointer<UInt8>>, isASCII: Bool) throws(WireFault) -> String {
        if isASCII { return String(decoding: UnsafeBufferPointer(rebasing: slice), as: UTF8.self) }
        guard let string = String(validating: UnsafeBufferPointer(rebasing: slice), as: UTF8.self) else {
            throw WireFault(.invalidUTF8, "the text is not UTF-8 (byte \(offset))")
        }
        return string
    }

    /// The slow path: at least one escape.
    private mutating func escapedString(from start: Int) throws(WireFault) -> String {
        var plain: [UInt8] = []
        offset = start
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                let whole = try plain.withUnsafeBufferPointer { (buffer) throws(WireFault) in
                    try text(buffer[...], isASCII: false)
                }
                offset += 1
                return whole
            case UInt8(ascii: "\\"): try escape(into: &plain)
            case 0..<0x20: throw malformed("a control character in a string must be escaped")
            default:
                plain.append(byte)
                offset += 1
            }
        }
        throw malformed("a string has no end")
    }

    private mutating func escape(into plain: inout [UInt8]) throws(WireFault) {
        offset += 1
        guard let letter = current else { throw malformed("an escape has no end") }
        offset += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain.append(letter)
        case UInt8(ascii: "b"): plain.append(0x08)
        case UInt8(ascii: "f"): plain.append(0x0C)
        case UInt8(ascii: "n"): plain.append(0x0A)
        case UInt8(ascii: "r"): plain.append(0x0D)
        case UInt8(ascii: "t"): plain.append(0x09)
        case UInt8(ascii: "u"): plain.append(contentsOf: try Unicode.Scalar(scalar()).utf8Bytes)
        default: throw malformed("an unknown escape")
        }
    }

    private mutating func scalar() throws(WireFault) -> Unicode.Scalar {
        let unit = try hexUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(UInt16(unit)), current == UInt8(ascii: "\\"), offset + 1 < bytes.count,
            bytes[offset + 1] == UInt8(ascii: "u")
        else { throw WireFault(.invalidUTF8, "a lone surrogate (byte \(offset))") }
        offset += 2
        let trail = try hexUnit()
        guard UTF16.isTrailSurrogate(UInt16(trail)),
            let scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (trail - 0xDC00))
        else { throw WireFault(.invalidUTF8, "a lone surrogate (byte \(offset))") }
        return scalar
    }

    private mutating func hexUnit() throws(WireFault) -> UInt32 {
        guard offset + 4 <= bytes.count else { throw malformed("\\u needs four hex digits") }
        var unit: UInt32 = 0
        for byte in bytes[offset..<offset + 4] {
            guard let digit = byte.hexDigit else { throw malformed("\\u needs four hex digits") }
            unit = unit << 4 | UInt32(digit)
        }
        offset += 4
        return unit
    }

    /// Reads a whole number; `1.0` and `1e3` are, as JSON Schema has it (2020-12, 6.1.1).
    /// - Throws: `.wrongType` for a fraction, `.outOfRange` beyond 64 bits, or beyond 2^53 when it is written
    ///   with a point or exponent, so that no client depends on rounding.
    public mutating func readInteger() throws(WireFault) -> Int64 {
        try expect(.number)
        let digits = try numberBytes()
        var isNegative = false
        var value: Int64 = 0
        for byte in bytes[digits] {
            if byte == UInt8(ascii: "-") {
                isNegative = true
                continue
            }
            guard byte.isDigit else { return try wholeNumber(written: bytes[digits]) }
            let digit = Int64(byte - UInt8(ascii: "0"))
            let (scaled, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (next, overflow) = scaled.addingReportingOverflow(isNegative ? -digit : digit)
            if tooLarge || overflow { throw WireFault(.outOfRange, "the number does not fit 64 bits") }
            value = next
        }
        return value
    }

    /// A whole number with a point or an exponent in it.
    private func wholeNumber(
        written digits: Slice<UnsafeBufferPointer<UInt8>>
    ) throws(WireFault) -> Int64 {
        guard let value = Double(String(decoding: digits, as: UTF8.self)), value == value.rounded() else {
            throw WireFault(.wrongType, "expected a whole number")
        }
        guard abs(value) <= 9_007_199_254_740_992 else {
            throw WireFault(.outOfRange, "the number does not fit 53 bits")
        }
        return Int64(value)
    }

    /// Reads a number; it must be finite.
    public mutating func readDouble() throws(WireFault) -> Double {
        try expect(.number)
        let digits = try numberBytes()
        guard let value = Double(String(decoding: bytes[digits], as: UTF8.self)), value.isFinite else {
            throw WireFault(.outOfRange, "the number does not fit a double")
        }
        return value
    }

    /// The bytes of a number by RFC 8259 section 6.
    mutating func numberBytes() throws(WireFault) -> Range<Int> {
        let start = offset
        if current == UInt8(ascii: "-") { offset += 1 }
        if current == UInt8(ascii: "0") { offset += 1 } else { try digits() }
        if current == UInt8(ascii: ".") {
            offset += 1
            try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            offset += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { offset += 1 }
            try digits()
        }
        if let next = current, next.isDigit { throw malformed("a number has no leading zeros") }
        return start..<offset
    }

    private mutating func digits() throws(WireFault) {
        let start = offset
        while let byte = current, byte.isDigit { offset += 1 }
        if offset == start { throw malformed("a digit is expected") }
    }
}

extension UInt8 {
    @inline(__always)
    var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }

    var hexDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension Unicode.Scalar {
    var utf8Bytes: [UInt8] { Array(UTF8.encode(self) ?? UTF8.encodedReplacementCharacter) }
}
