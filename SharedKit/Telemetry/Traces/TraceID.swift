/// A trace: 128 bits, never all zero.
package struct TraceID: Hashable, Sendable, CustomStringConvertible {
    let high: UInt64
    let low: UInt64

    /// A new one by chance.
    package static func random() -> TraceID {
        TraceID(high: .random(in: 1 ... .max), low: .random(in: 1 ... .max))
    }

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads 32 lower-case hex digits; nil for anything else and for all zero.
    package init?(_ text: some StringProtocol) {
        let digits = Array(text.utf8)
        guard digits.count == 32, let high = hexadecimal(digits[..<16]), let low = hexadecimal(digits[16...]),
            high != 0 || low != 0
        else { return nil }
        self.init(high: high, low: low)
    }

    /// 32 lower-case hex digits.
    package var description: String { hexadecimal(high) + hexadecimal(low) }
}

/// A span: 64 bits, never zero.
package struct SpanID: Hashable, Sendable, CustomStringConvertible {
    let value: UInt64

    /// A new one by chance.
    package static func random() -> SpanID { SpanID(value: .random(in: 1 ... .max)) }

    private init(value: UInt64) { self.value = value }

    /// Reads 16 lower-case hex digits; nil for anything else and for zero.
    package init?(_ text: some StringProtocol) {
        let digits = Array(text.utf8)
        guard digits.count == 16, let value = hexadecimal(digits[...]), value != 0 else { return nil }
        self.value = value
    }

    /// 16 lower-case hex digits.
    package var description: String { hexadecimal(value) }
}

func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for digit in digits {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"):
            value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
        default: return nil
        }
    }
    return value
}

private func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
