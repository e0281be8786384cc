/// A growing row of values in one allocation: what `Array` is, without reference counts, copies on write and
/// bounds checks. Owners never hand out an index that they did not get from it.
struct Column<Element: ~Copyable>: ~Copyable {
    private var storage: UnsafeMutablePointer<Element>?
    private(set) var count = 0
    private(set) var capacity = 0

    deinit {
        guard let storage else { return }
        storage.deinitialize(count: count)
        storage.deallocate()
    }

    /// The first element; only while `count > 0`.
    @inline(__always) var start: UnsafeMutablePointer<Element> { storage.unsafelyUnwrapped }

    var isEmpty: Bool { count == 0 }

    /// Bytes of memory held, without what the elements hold elsewhere.
    var memoryBytes: Int { capacity * MemoryLayout<Element>.stride }

    subscript(index: Int) -> Element {
        @inline(__always) unsafeAddress { UnsafePointer(start + index) }
        @inline(__always) unsafeMutableAddress { start + index }
    }

    subscript(handle: UInt32) -> Element {
        @inline(__always) unsafeAddress { UnsafePointer(start + Int(handle)) }
        @inline(__always) unsafeMutableAddress { start + Int(handle) }
    }

    @inline(__always)
    mutating func append(_ element: consuming Element) {
        if count == capacity { reserve(count + 1) }
        (start + count).initialize(to: element)
        count += 1
    }

    /// Makes room for `wanted` elements in all, growing by half at least.
    @inline(never)
    mutating func reserve(_ wanted: Int) {
        guard wanted > capacity else { return }
        move(to: max(wanted, capacity + capacity / 2, MemoryLayout<Element>.stride > 16 ? 1 : 4))
    }

    private mutating func move(to newCapacity: Int) {
        let moved = UnsafeMutablePointer<Element>.allocate(capacity: newCapacity)
        if let storage {
            moved.moveInitialize(from: storage, count: count)
            storage.deallocate()
        }
        storage = moved
        capacity = newCapacity
    }

    mutating func insert(_ element: consuming Element, at index: Int) {
        if count == capacity { reserve(count + 1) }
        (start + index + 1).moveInitialize(from: start + index, count: count - index)
        (start + index).initialize(to: element)
        count += 1
    }

    mutating func removeLast() {
        count -= 1
        (start + count).deinitialize(count: 1)
    }

    mutating func remove(at index: Int, count removed: Int = 1) {
        guard removed > 0 else { return }
        (start + index).deinitialize(count: removed)
        (start + index).moveInitialize(from: start + index + removed, count: count - index - removed)
        count -= removed
    }

    /// Forgets all elements and keeps the room, unless that is more than `keeping`.
    mutating func removeAll(keeping: Int = .max) {
        guard let storage, count > 0 || capacity > keeping else { return }
        storage.deinitialize(count: count)
        count = 0
        guard capacity > keeping else { return }
        storage.deallocate()
        self.storage = nil
        capacity = 0
    }

    /// Gives back the room that is not used.
    mutating func shrink() {
        guard count < capacity else { return }
        if count == 0 { removeAll(keeping: 0) } else { move(to: count) }
    }
}

extension Column where Element: BitwiseCopyable {
    @inline(__always)
    mutating func append(from source: UnsafePointer<Element>, count added: Int) {
        if count + added > capacity { reserve(count + added) }
        guard added > 0 else { return }
        (start + count).update(from: source, count: added)
        count += added
    }

    /// Appends a part of itself.
    mutating func append(ownRange offset: Int, count added: Int) {
        reserve(count + added)
        guard added > 0 else { return }
        (start + count).update(from: start + offset, count: added)
        count += added
    }

    mutating func append(repeating element: Element, count added: Int) {
        reserve(count + added)
        guard added > 0 else { return }
        (start + count).update(repeating: element, count: added)
        count += added
    }

    /// Sorts the elements from `first` on; equal ones in any order. A heap sort, because the library's sort
    /// would be a tenth of the WebAssembly engine; what is in order already, as most is, costs one look.
    mutating func sort(from first: Int = 0, by precedes: (Element, Element) -> Bool) {
        let count = count - first
        guard count > 1, !isSorted(from: first, by: precedes) else { return }
        let heap = start + first
        for root in stride(from: count / 2 - 1, through: 0, by: -1) { sift(heap, root, count, precedes) }
        for last in stride(from: count - 1, to: 0, by: -1) {
            let largest = heap[0]
            heap[0] = heap[last]
            heap[last] = largest
            sift(heap, 0, last, precedes)
        }
    }

    private func isSorted(from first: Int, by precedes: (Element, Element) -> Bool) -> Bool {
        for index in first + 1..<count where precedes(self[index], self[index - 1]) { return false }
        return true
    }

    /// Lets an element sink until none below it is larger.
    private func sift(
        _ heap: UnsafeMutablePointer<Element>, _ root: Int, _ count: Int,
        _ precedes: (Element, Element) -> Bool
    ) {
        let sinking = heap[root]
        var place = root
        while place * 2 + 1 < count {
            var child = place * 2 + 1
            if child + 1 < count && precedes(heap[child], heap[child + 1]) { child += 1 }
            guard precedes(sinking, heap[child]) else { break }
            heap[place] = heap[child]
            place = child
        }
        heap[place] = sinking
    }

    mutating func truncate(to newCount: Int) { count = min(count, newCount) }
}
