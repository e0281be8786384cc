/// A growing row of values in one allocation: what `Array` is, without reference counts, copies on write and
/// bounds checks. Owners never hand out an index that they did not get from it.
struct Column<Element: ~Copyable>: ~Copyable {
    private var room = Room()

    @inline(__always) var count: Int { room.count }
    @inline(__always) var capacity: Int { room.capacity }

    deinit {
        if count > 0 { start.deinitialize(count: count) }
        room.release()
    }

    /// The first element; only while `count > 0`.
    @inline(__always) var start: UnsafeMutablePointer<Element> {
        room.start.unsafelyUnwrapped.assumingMemoryBound(to: Element.self)
    }

    var isEmpty: Bool { count == 0 }

    /// Bytes of memory held, without what the elements hold elsewhere.
    var memoryBytes: Int { capacity * MemoryLayout<Element>.stride }

    subscript(index: Int) -> Element {
        @inline(__always) unsafeAddress { UnsafePointer(address(index)) }
        @inline(__always) unsafeMutableAddress { address(index) }
    }

    subscript(handle: UInt32) -> Element {
        @inline(__always) unsafeAddress { UnsafePointer(address(Int(handle))) }
        @inline(__always) unsafeMutableAddress { address(Int(handle)) }
    }

    /// The fuzzers' builds check every access: what they never trip over needs no check elsewhere.
    @inline(__always) private func address(_ index: Int) -> UnsafeMutablePointer<Element> {
        #if CHECKED_COLUMNS
            precondition(index >= 0 && index < count, "no such element")
        #endif
        return start + index
    }

    @inline(__always)
    mutating func append(_ element: consuming Element) {
        if count == capacity { reserve(count + 1) }
        (start + count).initialize(to: element)
        room.count += 1
    }

    /// Makes room for `wanted` elements in all, growing by half at least.
    @inline(__always) mutating func reserve(_ wanted: Int) {
        room.reserve(wanted, stride: MemoryLayout<Element>.stride)
    }

    mutating func insert(_ element: consuming Element, at index: Int) {
        if count == capacity { reserve(count + 1) }
        displace(index, by: 1, count: count - index)
        (start + index).initialize(to: element)
        room.count += 1
    }

    mutating func removeLast() {
        room.count -= 1
        (start + count).deinitialize(count: 1)
    }

    mutating func remove(at index: Int, count removed: Int = 1) {
        guard removed > 0 else { return }
        (start + index).deinitialize(count: removed)
        displace(index + removed, by: -removed, count: count - index - removed)
        room.count -= removed
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
        if count > 0 { start.deinitialize(count: count) }
        room.count = 0
        if capacity > keeping { room.move(to: 0, stride: 1) }
    }

    /// Gives back the room that is not used.
    mutating func shrink() {
        if count < capacity { room.move(to: count, stride: MemoryLayout<Element>.stride) }
    }
}

extension Column where Element: BitwiseCopyable {
    /// Valid until the column changes.
    var all: UnsafeBufferPointer<Element> {
        UnsafeBufferPointer(start: room.start?.assumingMemoryBound(to: Element.self), count: count)
    }

    @inline(__always)
    mutating func append(from source: UnsafePointer<Element>, count added: Int) {
        if count + added > capacity { reserve(count + added) }
        guard added > 0 else { return }
        UnsafeMutableRawPointer(start + count)
            .copyMemory(from: source, byteCount: added * MemoryLayout<Element>.stride)
        room.count += added
    }

    mutating func append(from source: UnsafeBufferPointer<Element>) {
        if let base = source.baseAddress { append(from: base, count: source.count) }
    }

    /// Where the next elements go, with room for so many; `claim` says how many were written.
    @inline(__always)
    mutating func room(for added: Int) -> UnsafeMutablePointer<Element> {
        if count + added > capacity { reserve(count + added) }
        return start + count
    }

    @inline(__always)
    mutating func claim(_ written: Int) { room.count += written }

    /// Appends a part of itself.
    mutating func append(ownRange offset: Int, count added: Int) {
        reserve(count + added)
        guard added > 0 else { return }
        displace(offset, by: count - offset, count: added)
        room.count += added
    }

    mutating func append(repeating element: Element, count added: Int) {
        reserve(count + added)
        guard added > 0 else { return }
        (start + count).update(repeating: element, count: added)
        room.count += added
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
        #if hasFeature(Embedded)
            keys.makeHeap()
        #else
            keys.sortKeys()
        #endif
        keys.arrange(start + first, stride: MemoryLayout<Element>.stride)
    }

    private func isSorted(from first: Int, by key: (Element) -> SortKey) -> Bool {
        for index in first + 1..<count where key(self[index]) < key(self[index - 1]) { return false }
        return true
    }

    mutating func truncate(to newCount: Int) { room.count = min(count, newCount) }
}

/// Memory for a row of values of one size; the same code for all of them, none of which minds where it lies
/// or wants more than the allocator's alignment.
struct Room {
    private(set) var start: UnsafeMutableRawPointer?
    var count = 0
    private(set) var capacity = 0

    @inline(never)
    mutating func reserve(_ wanted: Int, stride: Int) {
        guard wanted > capacity else { return }
        move(to: max(wanted, capacity + capacity / 2, stride > 16 ? 1 : 4), stride: stride)
    }

    /// Moves what is there to memory of another size, none for 0.
    @inline(never)
    mutating func move(to newCapacity: Int, stride: Int) {
        let old = start
        capacity = newCapacity
        start = nil
        if newCapacity > 0 {
            let moved = UnsafeMutableRawPointer.allocate(
                byteCount: newCapacity * stride, alignment: MemoryLayout<UInt64>.alignment)
            if let old { moved.copyMemory(from: old, byteCount: count * stride) }
            start = moved
        }
        old?.deallocate()
    }

    /// Gives the memory back; the end of its column.
    @inline(never)
    func release() { start?.deallocate() }
}
