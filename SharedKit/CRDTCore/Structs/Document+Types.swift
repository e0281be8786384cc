extension Document {
    /// A type node; the column may move. Nodes are not reused: what is left of a deleted type stays findable.
    mutating func makeType(_ node: TypeNode) -> UInt32 {
        types.append(node)
        return UInt32(types.count - 1)
    }

    /// The root of that name, made now if nobody used it yet.
    mutating func rootType(named name: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let name = names.intern(name)
        if let entry = entries.find(owner: .none, key: name) { return entries[entry].item }
        let root = makeType(TypeNode(item: .none, name: name))
        firstRoot = entries.add(owner: .none, key: name, item: root, next: firstRoot)
        return root
    }

    /// The last item of a key's chain, or `.none`.
    func lastEntry(of parent: UInt32, key: UInt32) -> UInt32 {
        guard let entry = entries.find(owner: parent, key: key) else { return .none }
        return entries[entry].item
    }

    mutating func setLastEntry(of parent: UInt32, key: UInt32, to item: UInt32) {
        if let entry = entries.find(owner: parent, key: key) {
            entries[entry].item = item
        } else {
            let next = types[parent].firstEntry
            types[parent].firstEntry = entries.add(owner: parent, key: key, item: item, next: next)
        }
    }

    /// The first item of a key's chain, or `.none`.
    func firstEntry(of parent: UInt32, key: UInt32) -> UInt32 {
        var item = lastEntry(of: parent, key: key)
        while item != .none && items[item].left != .none { item = items[item].left }
        return item
    }

    /// Whether the item whose content this type is has been deleted.
    @inline(__always)
    func isDeleted(type: UInt32) -> Bool {
        let owner = types[type].item
        return owner != .none && items[owner].isDeleted
    }
}
