/// Bytes of a fixed capacity, owned and freed by one owner: nothing here allocates after `init`.
struct VarintBuffer: ~Copyable {
    /// The most bytes that one 64-bit number takes.
    static let bytesPerNumber = 10

    private let base: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private(set) var count = 0

    /// An empty buffer of `capacity` bytes.
    init(capacity: Int) {
        precondition(capacity > 0, "a buffer has room")
        base = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit { base.deallocate() }

    /// What has been written.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Forgets what has been written; the memory stays.
    mutating func removeAll() { count = 0 }

    /// Appends a number, seven bits a byte, lowest first (LEB128).
    @_noAllocation
    mutating func append(_ number: UInt64) {
        precondition(capacity - count >= Self.bytesPerNumber, "the capacity is computed for the worst case")
        var rest = number
        while rest >= 0x80 {
            base[count] = UInt8(truncatingIfNeeded: rest) | 0x80
            count += 1
            rest >>= 7
        }
        base[count] = UInt8(truncatingIfNeeded: rest)
        count += 1
    }

    /// Appends a signed number: small distances in either direction become small numbers (zigzag).
    @_noAllocation
    mutating func append(signed number: Int64) {
        append(UInt64(bitPattern: (number << 1) ^ (number >> 63)))
    }
}

/// Reads what `VarintBuffer` wrote, from bytes that may be damaged.
struct VarintReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    /// Reads from the first byte on.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Whether everything has been read.
    var isAtEnd: Bool { offset == bytes.count }

    /// The next number.
    /// - Throws: `SampleFault.cut` or `.tooLong`.
    mutating func next() throws(SampleFault) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard offset < bytes.count else { throw .cut }
            let byte = UInt64(bytes[offset])
            offset += 1
            let isTooLong = shift == 63 && byte > 1
            if isTooLong { throw .tooLong }
            value |= (byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
            if shift > 63 { throw .tooLong }
        }
    }

    /// The next signed number.
    mutating func nextSigned() throws(SampleFault) -> Int64 {
        let number = try next()
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }
}

/// Why stored samples cannot be read.
package enum SampleFault: Error, Equatable {
    /// The bytes end in the middle of a number.
    case cut
    /// A number has more than 64 bits.
    case tooLong
    /// The first byte names no format of ours.
    case unknownFormat
    /// More samples are announced than a chunk may have.
    case tooMany
    /// Bytes follow behind the last column.
    case excess
}
