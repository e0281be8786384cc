/// Writes lib0's encodings into one growing buffer that is reused from message to message.
struct ByteWriter: ~Copyable {
    private(set) var bytes = Column<UInt8>()

    var count: Int { bytes.count }

    /// Makes room for so many bytes in all.
    mutating func reserve(_ count: Int) { bytes.reserve(count) }

    #if !hasFeature(Embedded)
        /// The same for what is soon filled to the last byte.
        mutating func reserveLarge(_ count: Int) {
            bytes.reserve(count)
            wantLargePages(bytes.room(for: 0), bytes.capacity)
        }
    #endif

    @inline(__always)
    mutating func byte(_ value: UInt8) { bytes.append(value) }

    /// A varUint.
    @inline(__always)
    mutating func number(_ value: UInt64) {
        guard value >= 0x80 else { return bytes.append(UInt8(truncatingIfNeeded: value)) }
        longNumber(value)
    }

    @inline(__always)
    mutating func number(_ value: UInt32) { number(UInt64(value)) }

    @inline(__always)
    mutating func number(_ value: Int) { number(UInt64(value)) }

    private mutating func longNumber(_ value: UInt64) {
        let target = bytes.room(for: 10)
        var rest = value
        var count = 0
        while rest >= 0x80 {
            target[count] = UInt8(truncatingIfNeeded: rest) | 0x80
            count += 1
            rest >>= 7
        }
        target[count] = UInt8(truncatingIfNeeded: rest)
        bytes.claim(count + 1)
    }

    /// A varInt: sign and six bits, then seven at a time.
    mutating func signed(_ value: Int64) {
        var rest = value.magnitude
        let sign: UInt8 = value < 0 ? 0x40 : 0
        bytes.append((rest > 0x3F ? 0x80 : 0) | sign | UInt8(truncatingIfNeeded: rest & 0x3F))
        rest >>= 6
        while rest > 0 {
            bytes.append((rest > 0x7F ? 0x80 : 0) | UInt8(truncatingIfNeeded: rest & 0x7F))
            rest >>= 7
        }
    }

    @inline(__always)
    mutating func raw(_ source: UnsafePointer<UInt8>, _ count: Int) {
        bytes.append(from: source, count: count)
    }

    mutating func raw(_ source: UnsafeBufferPointer<UInt8>) {
        if let start = source.baseAddress { bytes.append(from: start, count: source.count) }
    }

    /// A varBuffer or varString.
    mutating func block(_ source: UnsafeBufferPointer<UInt8>) {
        number(source.count)
        raw(source)
    }

    /// What has been written; valid until more is.
    var written: UnsafeBufferPointer<UInt8> { bytes.all }

    /// What has been written, copied out; the buffer is empty again and keeps at most `keeping` bytes of
    /// room.
    mutating func take(keeping: Int = 1 << 16) -> [UInt8] {
        defer { bytes.removeAll(keeping: keeping) }
        return copy()
    }

    borrowing func copy() -> [UInt8] {
        guard bytes.count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: bytes.count) { target, written in
            if let start = target.baseAddress { start.initialize(from: bytes.start, count: bytes.count) }
            written = bytes.count
        }
    }

    mutating func clear() { bytes.removeAll(keeping: 1 << 16) }
}
