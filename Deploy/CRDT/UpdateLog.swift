/// Updates one behind the other in one buffer.
struct UpdateLog {
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [Int] = []

    var count: Int { ends.count }

    /// Where update `index` lies in `bytes`.
    func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    /// The bytes of update `index`.
    subscript(index: Int) -> [UInt8] { Array(bytes[range(index)]) }

    mutating func append(_ update: some Collection<UInt8>) {
        bytes += update
        ends.append(bytes.count)
    }

    /// Room for so many updates, so that growing is no part of a measurement.
    mutating func reserve(updates: Int) {
        ends.reserveCapacity(updates)
        bytes.reserveCapacity(updates * 32)
    }

    /// The bytes of the file that `read` reads.
    var framed: [UInt8] {
        var file: [UInt8] = []
        file.reserveCapacity(bytes.count + 4 * count)
        for index in 0..<count {
            let range = range(index)
            withUnsafeBytes(of: UInt32(range.count).littleEndian) { file += $0 }
            file += bytes[range]
        }
        return file
    }

    /// Reads repeated (32-bit little-endian length, update).
    /// - Throws: `BadFile` when the last record is cut.
    static func read(_ path: String) throws(BadFile) -> UpdateLog {
        let packed = try GzipFile.read(path)
        var log = UpdateLog()
        var offset = 0
        while offset < packed.count {
            guard offset + 4 <= packed.count else {
                throw BadFile(path: path, problem: "record \(log.count) is cut at byte \(offset)")
            }
            let length = packed[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
            guard length <= packed.count - offset - 4 else {
                throw BadFile(path: path, problem: "record \(log.count) is cut at byte \(offset)")
            }
            log.append(packed[offset + 4..<offset + 4 + length])
            offset += 4 + length
        }
        return log
    }
}
