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
        let stride = MemoryLayout<Element>.stride
        let moved = relocate(storage, used: count * stride, to: newCapacity * stride)
        storage = moved.assumingMemoryBound(to: Element.self)
        capacity = newCapacity
    }

    mutating func insert(_ element: consuming Element, at index: Int) {
        if count == capacity { reserve(count + 1) }
        displace(index, by: 1, count: count - index)
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
        displace(index + removed, by: -removed, count: count - index - removed)
        count -= removed
    }

    /// Moves `moved` elements from `index` on, over what may no longer or not yet be there. By bytes, so that
    /// it is the same code for all elements.
    @inline(__always)
    func displace(_ index: Int, by distance: Int, count moved: Int) {
        let source = UnsafeRawPointer(start + index)
        UnsafeMutableRawPointer(start + index + distance)
            .copyMemory(from: source, byteCount: moved * MemoryLayout<Element>.stride)
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
        UnsafeMutableRawPointer(start + count)
            .copyMemory(from: source, byteCount: added * MemoryLayout<Element>.stride)
        count += added
    }

    /// Appends a part of itself.
    mutating func append(ownRange offset: Int, count added: Int) {
        reserve(count + added)
        guard added > 0 else { return }
        displace(offset, by: count - offset, count: added)
        count += added
    }

    mutating func append(repeating element: Element, count added: Int) {
        reserve(count + added)
        guard added > 0 else { return }
        (start + count).update(repeating: element, count: added)
        count += added
    }

    /// Sorts the elements from `first` on by their keys; equal ones in any order. What is in order already,
    /// as most is, costs one look.
    mutating func sort(from first: Int = 0, by key: (Element) -> SortKey) {
        guard count - first > 1, !isSorted(from: first, by: key) else { return }
        var keys = Column<SortKey>()
        keys.reserve(count - first)
        for index in first..<count {
            keys.append(key(self[index]))
            keys[index - first].place = UInt32(index - first)
        }
        keys.makeHeap()
        keys.arrange(start + first, stride: MemoryLayout<Element>.stride)
    }

    private func isSorted(from first: Int, by key: (Element) -> SortKey) -> Bool {
        for index in first + 1..<count where key(self[index]) < key(self[index - 1]) { return false }
        return true
    }

    mutating func truncate(to newCount: Int) { count = min(count, newCount) }
}

/// Moves the first `used` bytes of a column to memory of its own size; one function for all elements, none of
/// which minds where it lies or wants more than the allocator's alignment.
@inline(never)
private func relocate(_ old: UnsafeMutableRawPointer?, used: Int, to bytes: Int) -> UnsafeMutableRawPointer {
    let moved = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: MemoryLayout<UInt64>.alignment)
    if let old {
        moved.copyMemory(from: old, byteCount: used)
        old.deallocate()
    }
    return moved
}
