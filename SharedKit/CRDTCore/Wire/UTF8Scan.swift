/// Walks over bytes that should be UTF-8 the way a browser does: each broken sequence counts as one U+FFFD.
struct UTF8Scan {
    private let base: UnsafePointer<UInt8>
    private let end: Int
    private(set) var offset: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        base = bytes.baseAddress ?? UTF8Scan.nothing
        offset = 0
        end = bytes.count
    }

    /// Something to point at when there are no bytes.
    private static var nothing: UnsafePointer<UInt8> { ("" as StaticString).utf8Start }

    var isAtEnd: Bool { offset >= end }

    /// Steps over as much ASCII as there is and returns how much that was.
    @inline(__always)
    mutating func skipASCII() -> Int {
        let start = offset
        let raw = UnsafeRawPointer(base)
        while offset + 8 <= end {
            let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if word & 0x8080_8080_8080_8080 != 0 { break }
            offset += 8
        }
        while offset < end && base[offset] < 0x80 { offset += 1 }
        return offset - start
    }

    /// Steps over one sequence: its bytes, and whether they are a character.
    mutating func next() -> (bytes: Int, isValid: Bool) {
        let lead = base[offset]
        let wanted = UTF8Scan.sequenceBytes(lead)
        guard wanted > 0 else { return step(1, false) }
        var taken = 1
        while taken < wanted {
            guard offset + taken < end else { return step(taken, false) }
            let byte = base[offset + taken]
            let range = taken == 1 ? UTF8Scan.second(after: lead) : 0x80...0xBF
            guard range.contains(byte) else { return step(taken, false) }
            taken += 1
        }
        return step(wanted, true)
    }

    private mutating func step(_ bytes: Int, _ isValid: Bool) -> (bytes: Int, isValid: Bool) {
        offset += bytes
        return (bytes, isValid)
    }

    /// How many bytes a sequence has that starts so; 0 when none does.
    @inline(__always)
    static func sequenceBytes(_ lead: UInt8) -> Int {
        switch lead {
        case 0..<0x80: 1
        case 0xC2..<0xE0: 2
        case 0xE0..<0xF0: 3
        case 0xF0..<0xF5: 4
        default: 0
        }
    }

    /// The second byte is narrower after some leads: no overlong forms, surrogates or values past U+10FFFF.
    private static func second(after lead: UInt8) -> ClosedRange<UInt8> {
        switch lead {
        case 0xE0: 0xA0...0xBF
        case 0xED: 0x80...0x9F
        case 0xF0: 0x90...0xBF
        case 0xF4: 0x80...0x8F
        default: 0x80...0xBF
        }
    }
}

/// What a piece of text measures.
struct TextMeasure {
    /// UTF-16 units, a broken sequence counted as one.
    var units: Int
    var isValid: Bool

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var scan = UTF8Scan(bytes)
        units = scan.skipASCII()
        isValid = true
        while !scan.isAtEnd {
            let sequence = scan.next()
            isValid = isValid && sequence.isValid
            units += sequence.isValid && sequence.bytes == 4 ? 2 : 1
            units += scan.skipASCII()
        }
    }
}

/// U+FFFD, which stands for what cannot be written as UTF-8.
enum Replacement {
    static func append(to bytes: inout Column<UInt8>) {
        bytes.append(0xEF)
        bytes.append(0xBF)
        bytes.append(0xBD)
    }

    /// Appends `source` with every broken sequence replaced.
    static func append(repaired source: UnsafeBufferPointer<UInt8>, to bytes: inout Column<UInt8>) {
        var scan = UTF8Scan(source)
        while !scan.isAtEnd {
            let start = scan.offset
            let sequence = scan.next()
            if sequence.isValid, let base = source.baseAddress {
                bytes.append(from: base + start, count: sequence.bytes)
            } else {
                append(to: &bytes)
            }
        }
    }
}

/// Where a text falls apart when it is cut at a UTF-16 offset.
struct TextCut {
    /// Bytes wholly before the cut.
    var bytesBefore: Int
    /// Whether the cut goes through a surrogate pair, whose four bytes start at `bytesBefore`.
    var splitsPair: Bool

    /// Cuts valid UTF-8 that holds at least `units` units.
    init(_ bytes: UnsafePointer<UInt8>, at units: Int) {
        var left = units
        var offset = 0
        while left > 0 {
            let length = UTF8Scan.sequenceBytes(bytes[offset])
            let width = length == 4 ? 2 : 1
            if width > left { break }
            left -= width
            offset += length
        }
        bytesBefore = offset
        splitsPair = left > 0
    }
}
