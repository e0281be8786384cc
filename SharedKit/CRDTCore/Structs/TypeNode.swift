/// A shared type: a root, or the content of an item.
struct TypeNode: BitwiseCopyable {
    /// The item whose content it is; `.none` for a root.
    var item: UInt32
    /// The name of a root.
    var name: UInt32
    /// First item of its list.
    var start: UInt32 = .none
    /// Last item of its list.
    var end: UInt32 = .none
    /// Format marks of the list that are not deleted: the items that are there and take no place.
    var marks: UInt32 = 0
    /// Units of all countable items of the list that are not deleted.
    var length: UInt32 = 0
    /// First of its map entries.
    var firstEntry: UInt32 = .none
    /// Its sequence index once somebody asked for offsets.
    var index: UInt32 = .none
    /// A type item's content as it was encoded: kind and name.
    var content: UInt32 = 0
    var contentBytes: UInt32 = 0
}

/// A key of a map and the last item of that key's chain, which holds the value.
struct MapEntry: BitwiseCopyable {
    var owner: UInt32
    var key: UInt32
    /// For the table of roots: the type node.
    var item: UInt32
    /// The next entry of the same owner.
    var next: UInt32
}

/// All map entries of a document, found by owner and key.
struct MapEntries: ~Copyable {
    private let seed: UInt64
    private var entries = Column<MapEntry>()
    private var index = HashIndex()

    init(seed: UInt64) { self.seed = seed }

    var memoryBytes: Int { entries.memoryBytes + index.memoryBytes }

    func find(owner: UInt32, key: UInt32) -> UInt32? {
        index.find(scramble(UInt64(owner), UInt64(key), seed: seed)) {
            entries[$0].owner == owner && entries[$0].key == key
        }
    }

    /// Adds an entry in front of `next` and returns its handle.
    mutating func add(owner: UInt32, key: UInt32, item: UInt32, next: UInt32) -> UInt32 {
        let handle = UInt32(entries.count)
        entries.append(MapEntry(owner: owner, key: key, item: item, next: next))
        index.insert(handle, scramble(UInt64(owner), UInt64(key), seed: seed))
        return handle
    }

    subscript(handle: UInt32) -> MapEntry {
        @inline(__always) get { entries[handle] }
        @inline(__always) set { entries[handle] = newValue }
    }
}
