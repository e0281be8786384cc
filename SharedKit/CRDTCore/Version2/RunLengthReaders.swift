/// Numbers in runs: a negative one (zero included) says that a count follows.
struct NumberRunReader {
    private var reader: Reader
    private var value: UInt64 = 0
    private var left: UInt64 = 0

    init(_ reader: Reader) { self.reader = reader }

    mutating func next() throws(UpdateFault) -> UInt64 {
        if left == 0 {
            let (magnitude, isNegative) = try reader.signedMagnitude()
            value = magnitude
            left = isNegative ? try reader.number() + 2 : 1
        }
        left -= 1
        return value
    }
}

/// Numbers as differences in runs: the lowest bit of a difference says that a count follows.
struct DifferenceRunReader {
    private var reader: Reader
    private var value: Int64 = 0
    private var difference: Int64 = 0
    private var left: UInt64 = 0

    init(_ reader: Reader) { self.reader = reader }

    mutating func next() throws(UpdateFault) -> UInt32 {
        if left == 0 {
            let coded = try reader.signed()
            difference = coded >> 1
            left = coded & 1 == 0 ? 1 : try reader.number() + 2
        }
        left -= 1
        value += difference
        guard value >= 0, value <= Int64(Limits.largestClock) else { throw .clockOverflow }
        return UInt32(value)
    }
}

/// Bytes in runs; the last run has no count and goes on for ever.
struct ByteRunReader {
    private var reader: Reader
    private var value: UInt8 = 0
    private var left: UInt64 = 0

    init(_ reader: Reader) { self.reader = reader }

    mutating func next() throws(UpdateFault) -> UInt8 {
        if left == 0 {
            value = try reader.byte()
            left = reader.isAtEnd ? .max : try reader.number() + 1
        }
        left -= 1
        return value
    }
}

/// Strings cut from one long one by their lengths in UTF-16 units.
struct StringRunReader: ~Copyable {
    private var text = Column<UInt8>()
    private var column: Reader
    private var lengths: NumberRunReader
    private var offset = 0
    private var unitsLeft = 0
    /// The last string ended between the halves of a pair.
    private var isInsidePair = false

    init(_ column: Reader) {
        self.column = column
        lengths = NumberRunReader(column)
    }

    /// Reads the long string; comes before `next`.
    mutating func load() throws(UpdateFault) {
        guard !column.isAtEnd else { return }
        let block = column.bytes(try column.block())
        text.reserve(block.count + 1)
        Replacement.append(repaired: block, to: &text)
        unitsLeft = TextMeasure(UnsafeBufferPointer(start: text.start, count: text.count)).units
        lengths = NumberRunReader(column)
    }

    /// Appends the next string to `output`.
    mutating func next(into output: inout Column<UInt8>) throws(UpdateFault) {
        let wanted = try lengths.next()
        guard wanted <= UInt64(unitsLeft) else { throw .truncated }
        var units = Int(wanted)
        unitsLeft -= units
        guard units > 0 else { return }
        if isInsidePair {
            Replacement.append(to: &output)
            isInsidePair = false
            units -= 1
        }
        let cut = TextCut(text.start + offset, at: units)
        output.append(from: text.start + offset, count: cut.bytesBefore)
        offset += cut.bytesBefore
        guard cut.splitsPair else { return }
        Replacement.append(to: &output)
        offset += 4
        isInsidePair = true
    }
}

extension Reader {
    /// A varInt as size and sign, for zero has one here.
    mutating func signedMagnitude() throws(UpdateFault) -> (UInt64, isNegative: Bool) {
        let isNegative = offset < end && base[offset] & 0x40 != 0
        return (try signed().magnitude, isNegative)
    }
}
