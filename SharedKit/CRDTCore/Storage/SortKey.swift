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

#if !hasFeature(Embedded)
    extension Column where Element == SortKey {
        /// Fewer keys than this are a heap sooner than their bytes are counted.
        private static var few: Int { 256 }

        /// Sorts byte by byte, the least significant first; bytes that are the same in all keys cost nothing.
        mutating func sortKeys() {
            guard count >= Self.few else { return makeHeap() }
            var counts = Column<UInt32>()
            counts.append(repeating: 0, count: 12 * 256)
            for index in 0..<count {
                for byte in 0..<12 { counts[byte << 8 | Int(self[index].byte(byte))] += 1 }
            }
            var target = Column<SortKey>()
            target.append(repeating: self[0], count: count)
            for byte in 0..<12 where counts[byte << 8 | Int(self[0].byte(byte))] != count {
                var place: UInt32 = 0
                for bucket in byte << 8..<(byte + 1) << 8 {
                    let next = place + counts[bucket]
                    counts[bucket] = place
                    place = next
                }
                for index in 0..<count {
                    let bucket = byte << 8 | Int(self[index].byte(byte))
                    target[counts[bucket]] = self[index]
                    counts[bucket] += 1
                }
                swap(&self, &target)
            }
        }
    }

    extension SortKey {
        /// One of the twelve bytes by which keys are compared; the least significant is 0.
        @inline(__always)
        fileprivate func byte(_ index: Int) -> UInt8 {
            UInt8(truncatingIfNeeded: index < 4 ? UInt64(second) >> (index * 8) : first >> ((index - 4) * 8))
        }
    }
#endif

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
