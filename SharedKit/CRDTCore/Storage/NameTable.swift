/// Byte strings kept once and known by their index: names of roots and keys of maps.
struct NameTable: ~Copyable {
    struct Extent: BitwiseCopyable {
        var offset: UInt32
        var count: UInt32
    }

    private let seed: UInt64
    private var bytes = Column<UInt8>()
    private var extents = Column<Extent>()
    private var index = HashIndex()

    init(seed: UInt64) { self.seed = seed }

    var count: Int { extents.count }
    var memoryBytes: Int { bytes.memoryBytes + extents.memoryBytes + index.memoryBytes }

    func find(_ name: UnsafeBufferPointer<UInt8>) -> UInt32? {
        index.find(hash(name)) { equals($0, name) }
    }

    mutating func intern(_ name: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let hash = hash(name)
        if let known = index.find(hash, { equals($0, name) }) { return known }
        let fresh = UInt32(extents.count)
        extents.append(Extent(offset: UInt32(bytes.count), count: UInt32(name.count)))
        if let source = name.baseAddress { bytes.append(from: source, count: name.count) }
        index.insert(fresh, hash)
        return fresh
    }

    /// The bytes of a name; valid until the next `intern`.
    subscript(name: UInt32) -> UnsafeBufferPointer<UInt8> {
        let extent = extents[name]
        guard extent.count > 0 else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: bytes.start + Int(extent.offset), count: Int(extent.count))
    }

    private func equals(_ name: UInt32, _ other: UnsafeBufferPointer<UInt8>) -> Bool {
        let own = self[name]
        guard own.count == other.count else { return false }
        for index in 0..<own.count where own[index] != other[index] { return false }
        return true
    }

    private func hash(_ name: UnsafeBufferPointer<UInt8>) -> UInt32 {
        var running = seed
        for byte in name { running = (running ^ UInt64(byte)) &* 0x9E37_79B9_7F4A_7C15 ^ (running >> 29) }
        return scramble(running, UInt64(name.count), seed: seed)
    }
}
