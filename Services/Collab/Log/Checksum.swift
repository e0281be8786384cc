/// CRC-32C (Castagnoli), as iSCSI and ext4 use it: finds torn and flipped bytes in logs.
enum Checksum {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    }

    static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBufferPointer { bytes in
            table.withUnsafeBufferPointer { table in
                var value = UInt32.max
                for byte in bytes {
                    value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8
                }
                return ~value
            }
        }
    }
}
