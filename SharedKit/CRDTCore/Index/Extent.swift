/// How much visible text a part of a sequence holds, in three measures.
struct Extent: BitwiseCopyable, Equatable {
    /// UTF-16 units of text, elements of lists.
    var units: UInt32 = 0
    /// UTF-8 bytes of text.
    var bytes: UInt32 = 0
    /// Line feeds in text.
    var lines: UInt32 = 0

    @inline(__always)
    static func += (left: inout Extent, right: Extent) {
        left.units &+= right.units
        left.bytes &+= right.bytes
        left.lines &+= right.lines
    }

    @inline(__always)
    static func -= (left: inout Extent, right: Extent) {
        left.units &-= right.units
        left.bytes &-= right.bytes
        left.lines &-= right.lines
    }
}

/// One of the measures of an extent, to search by.
enum Measure {
    case units, bytes, lines

    @inline(__always)
    func of(_ extent: Extent) -> UInt32 {
        switch self {
        case .units: extent.units
        case .bytes: extent.bytes
        case .lines: extent.lines
        }
    }
}

/// Counts line feeds, eight bytes at a time.
func lineFeeds(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt32 {
    let raw = UnsafeRawPointer(bytes)
    var found = 0
    var offset = 0
    while offset + 8 <= count {
        // A byte of `word` is 0 where a line feed is; then only its top bit stays clear of carries below.
        let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ 0x0A0A_0A0A_0A0A_0A0A
        let occupied = ((word & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7F7F_7F7F_7F7F_7F7F) | word
        found += (~occupied & 0x8080_8080_8080_8080).nonzeroBitCount
        offset += 8
    }
    while offset < count {
        if bytes[offset] == 0x0A { found += 1 }
        offset += 1
    }
    return UInt32(truncatingIfNeeded: found)
}
