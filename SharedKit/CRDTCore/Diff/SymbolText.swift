/// A text as a row of symbols: its lines, or its characters.
struct SymbolText: ~Copyable {
    let text: UnsafeBufferPointer<UInt8>
    /// Equal symbols are equal numbers.
    private(set) var symbols = Column<UInt32>()
    /// Where each symbol starts, and the text ends: in bytes and in UTF-16 units.
    private var starts = Column<Extent>()

    /// The lines of valid UTF-8, numbered by what they hold.
    init(linesOf text: UnsafeBufferPointer<UInt8>, numbers: inout NameTable) {
        self.text = text
        var start = 0
        var end = 0
        starts.append(Extent())
        while end < text.count {
            end += 1
            guard text[end - 1] == 0x0A || end == text.count else { continue }
            let line = UnsafeBufferPointer(rebasing: text[start..<end])
            symbols.append(numbers.intern(line))
            step(UInt32(TextMeasure(line).units), UInt32(line.count))
            start = end
        }
    }

    /// The characters of valid UTF-8.
    init(charactersOf text: UnsafeBufferPointer<UInt8>) {
        self.text = text
        var at = 0
        starts.append(Extent())
        while at < text.count {
            let count = UTF8Scan.sequenceBytes(text[at])
            var character: UInt32 = 0
            for offset in 0..<count { character = character << 8 | UInt32(text[at + offset]) }
            symbols.append(character)
            step(count == 4 ? 2 : 1, UInt32(count))
            at += count
        }
    }

    private mutating func step(_ units: UInt32, _ bytes: UInt32) {
        var next = starts[starts.count - 1]
        next += Extent(units: units, bytes: bytes)
        starts.append(next)
    }

    /// The UTF-16 units of some symbols.
    func units(_ range: Range<Int>) -> Range<Int> {
        Int(starts[range.lowerBound].units)..<Int(starts[range.upperBound].units)
    }

    /// Where a symbol starts, in bytes.
    func offset(_ symbol: Int) -> Int { Int(starts[symbol].bytes) }

    /// The bytes of some symbols.
    func bytes(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        let bytes = Int(starts[range.lowerBound].bytes)..<Int(starts[range.upperBound].bytes)
        return UnsafeBufferPointer(rebasing: text[bytes])
    }
}
