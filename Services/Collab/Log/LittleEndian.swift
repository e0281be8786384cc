/// Numbers in files, least significant byte first.
enum LittleEndian {
    static func append(_ value: UInt64, _ count: Int, to bytes: inout [UInt8]) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))) }
    }

    static func put(_ value: UInt64, _ count: Int, at position: Int, in bytes: inout [UInt8]) {
        for index in 0..<count {
            bytes[position + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
        }
    }

    static func read(_ bytes: [UInt8], _ position: Int, _ count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in (0..<count).reversed() { value = value << 8 | UInt64(bytes[position + index]) }
        return value
    }
}
