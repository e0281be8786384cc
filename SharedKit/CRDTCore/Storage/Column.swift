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

    /// Makes room for `wanted` elements in all, at least doubling.
    @inline(never)
    mutating func reserve(_ wanted: Int) {
        guard wanted > capacity else { return }
        move(to: max(wanted, capacity * 2, 4))
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

    mutating func sort(by precedes: (Element, Element) -> Bool) {
        guard count > 1 else { return }
        var all = UnsafeMutableBufferPointer(start: start, count: count)
        all.sort(by: precedes)
    }

    mutating func truncate(to newCount: Int) { count = min(count, newCount) }

    /// Bytes of memory held.
    var memoryBytes: Int { capacity * MemoryLayout<Element>.stride }
}
