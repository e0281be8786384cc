/// Reads lib0's encodings and never past the end: every count is compared with what is left before it is
/// used.
struct Reader {
    let base: UnsafePointer<UInt8>
    let end: Int
    private(set) var offset: Int

    init(_ base: UnsafePointer<UInt8>, _ range: Range<Int>) {
        self.base = base
        offset = range.lowerBound
        end = range.upperBound
    }

    var remaining: Int { end - offset }
    var isAtEnd: Bool { offset == end }

    @inline(__always)
    mutating func byte() throws(UpdateFault) -> UInt8 {
        guard offset < end else { throw .truncated }
        defer { offset += 1 }
        return base[offset]
    }

    /// A varUint of at most 53 bits.
    @inline(__always)
    mutating func number() throws(UpdateFault) -> UInt64 {
        guard offset < end else { throw .truncated }
        let first = base[offset]
        guard first >= 0x80 else {
            offset += 1
            return UInt64(first)
        }
        return try longNumber()
    }

    private mutating func longNumber() throws(UpdateFault) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            value |= UInt64(next & 0x7F) &<< shift
            if next < 0x80 { break }
            shift += 7
            guard shift <= 56 else { throw .malformed }
        }
        guard value <= Limits.largestNumber else { throw .malformed }
        return value
    }

    /// A clock or a length in units of one client.
    @inline(__always)
    mutating func clock() throws(UpdateFault) -> UInt32 {
        let value = try number()
        guard value <= Limits.largestClock else { throw .clockOverflow }
        return UInt32(truncatingIfNeeded: value)
    }

    /// How many things of at least `bytesEach` bytes follow.
    mutating func count(bytesEach: Int = 1) throws(UpdateFault) -> Int {
        let value = try number()
        guard value <= UInt64(remaining / bytesEach) else { throw .truncated }
        return Int(value)
    }

    mutating func skip(_ bytes: Int) throws(UpdateFault) {
        guard bytes <= remaining else { throw .truncated }
        offset += bytes
    }

    /// The place of the bytes of a varBuffer or varString.
    @inline(__always)
    mutating func block() throws(UpdateFault) -> Range<Int> {
        let count = try count()
        let start = offset
        offset += count
        return start..<offset
    }

    /// A varInt that fits 53 bits.
    mutating func signed() throws(UpdateFault) -> Int64 {
        let first = try byte()
        var value = Int64(first & 0x3F)
        var shift: Int64 = 6
        var next = first
        while next >= 0x80 {
            next = try byte()
            guard shift <= 48 else { throw .malformed }
            value |= Int64(next & 0x7F) << shift
            shift += 7
        }
        return first & 0x40 == 0 ? value : -value
    }

    /// Steps over a varInt.
    mutating func skipSigned() throws(UpdateFault) {
        let start = offset
        while try byte() >= 0x80 {
            guard offset - start <= 9 else { throw .malformed }
        }
    }

    func bytes(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    }
}
