/// What an element is sorted by: two numbers, the first one first; and where it was.
struct SortKey: BitwiseCopyable {
    var first: UInt64
    var second: UInt32
    var place: UInt32 = 0

    init(_ first: UInt64, _ second: UInt32 = 0) {
        self.first = first
        self.second = second
    }

    static func < (left: SortKey, right: SortKey) -> Bool {
        left.first != right.first ? left.first < right.first : left.second < right.second
    }
}

/// A heap sort of keys, one for elements of every kind: the library's sort, or one for each kind, would be a
/// tenth of the WebAssembly engine.
extension Column where Element == SortKey {
    @inline(never)
    mutating func makeHeap() {
        for root in stride(from: count / 2 - 1, through: 0, by: -1) { sift(root, count) }
        for last in stride(from: count - 1, to: 0, by: -1) {
            let largest = self[0]
            self[0] = self[last]
            self[last] = largest
            sift(0, last)
        }
    }

    /// Lets a key sink until none of the `count` first ones below it is larger.
    private mutating func sift(_ root: Int, _ count: Int) {
        let sinking = self[root]
        var place = root
        while place * 2 + 1 < count {
            var child = place * 2 + 1
            if child + 1 < count && self[child] < self[child + 1] { child += 1 }
            guard sinking < self[child] else { break }
            self[place] = self[child]
            place = child
        }
        self[place] = sinking
    }

    /// Puts elements of `stride` bytes each into the order of their sorted keys.
    @inline(never)
    func arrange(_ elements: UnsafeMutableRawPointer, stride: Int) {
        var sorted = Column<UInt8>()
        sorted.reserve(count * stride)
        for index in 0..<count {
            let element = elements + Int(self[index].place) * stride
            sorted.append(from: element.assumingMemoryBound(to: UInt8.self), count: stride)
        }
        elements.copyMemory(from: sorted.start, byteCount: sorted.count)
    }
}
