extension SequenceIndex {
    /// Puts an item into a leaf. Full leaves and nodes split, and items learn their new leaf.
    mutating func insert(
        _ item: UInt32, _ extent: Extent, after left: UInt32, in leaf: UInt32, items: inout Column<Item>
    ) {
        var leaf = leaf
        if leaves[leaf].count == UInt32(SequenceIndex.width) {
            splitLeaf(leaf, items: &items)
            if left != .none { leaf = items[left].leaf }
        }
        let row = SequenceIndex.row(leaf)
        let slot = left == .none ? 0 : self.slot(of: left, in: leaf) + 1
        leafItems.shift(row + slot, by: 1, count: Int(leaves[leaf].count) - slot)
        leafExtents.shift(row + slot, by: 1, count: Int(leaves[leaf].count) - slot)
        leafItems[row + slot] = item
        leafExtents[row + slot] = extent
        leaves[leaf].count += 1
        items[item].leaf = leaf
        itemCount += 1
        if extent != Extent() { grow(leaf, by: extent) }
    }

    /// The first leaf in order.
    var firstLeaf: UInt32 {
        var node = root
        for _ in 0..<height { node = children[SequenceIndex.row(node)] }
        return node
    }

    /// Takes an item out and returns what was visible of it; the sums above are the caller's to mend.
    mutating func remove(_ item: UInt32, from leaf: UInt32) -> Extent {
        let row = SequenceIndex.row(leaf)
        let slot = slot(of: item, in: leaf)
        let extent = leafExtents[row + slot]
        let after = Int(leaves[leaf].count) - slot - 1
        leafItems.shift(row + slot + 1, by: -1, count: after)
        leafExtents.shift(row + slot + 1, by: -1, count: after)
        leaves[leaf].count -= 1
        itemCount -= 1
        return extent
    }

    /// Appends an item behind the last leaf while an index is being made.
    mutating func append(_ item: UInt32, _ extent: Extent, items: inout Column<Item>) {
        var leaf = UInt32(leaves.count - 1)
        if leaves[leaf].count >= UInt32(SequenceIndex.width * 3 / 4) {
            let full = leaf
            leaf = makeLeaf()
            let node = roomyParent(of: full, isLeaf: true)
            place(leaf, Extent(), at: slot(ofChild: full, in: node) + 1, of: node, isLeaf: true)
        }
        let place = SequenceIndex.row(leaf) + Int(leaves[leaf].count)
        leafItems[place] = item
        leafExtents[place] = extent
        leaves[leaf].count += 1
        items[item].leaf = leaf
        itemCount += 1
        grow(leaf, by: extent)
    }

    /// Moves the second half of a leaf into a new one.
    private mutating func splitLeaf(_ leaf: UInt32, items: inout Column<Item>) {
        let fresh = makeLeaf()
        let half = SequenceIndex.width / 2
        let from = SequenceIndex.row(leaf) + half
        let to = SequenceIndex.row(fresh)
        var moved = Extent()
        for slot in 0..<half {
            let item = leafItems[from + slot]
            leafItems[to + slot] = item
            leafExtents[to + slot] = leafExtents[from + slot]
            moved += leafExtents[from + slot]
            items[item].leaf = fresh
        }
        leaves[leaf].count = UInt32(half)
        leaves[fresh].count = UInt32(half)
        let node = roomyParent(of: leaf, isLeaf: true)
        divide(node, moved, from: leaf, to: fresh, isLeaf: true)
    }

    /// The parent of a child, with room for one more. The sums are whole before and after.
    private mutating func roomyParent(of child: UInt32, isLeaf: Bool) -> UInt32 {
        let node = isLeaf ? leaves[child].parent : nodes[child].parent
        guard nodes[node].count == UInt32(SequenceIndex.width) else { return node }
        splitNode(node, areLeaves: isLeaf)
        return isLeaf ? leaves[child].parent : nodes[child].parent
    }

    /// Puts a new child beside the one whose second half it took.
    private mutating func divide(
        _ node: UInt32, _ moved: Extent, from child: UInt32, to fresh: UInt32, isLeaf: Bool
    ) {
        let slot = slot(ofChild: child, in: node)
        extents[SequenceIndex.row(node) + slot] -= moved
        place(fresh, moved, at: slot + 1, of: node, isLeaf: isLeaf)
    }

    private mutating func splitNode(_ node: UInt32, areLeaves: Bool) {
        if nodes[node].parent == .none { raise(over: node) }
        let parent = roomyParent(of: node, isLeaf: false)
        let fresh = makeNode()
        let half = SequenceIndex.width / 2
        let from = SequenceIndex.row(node) + half
        var moved = Extent()
        for slot in 0..<half {
            let extent = extents[from + slot]
            place(children[from + slot], extent, at: slot, of: fresh, isLeaf: areLeaves)
            moved += extent
        }
        nodes[node].count = UInt32(half)
        divide(parent, moved, from: node, to: fresh, isLeaf: false)
    }

    /// A new root over the old one.
    private mutating func raise(over node: UInt32) {
        let whole = total
        root = makeNode()
        height += 1
        place(node, whole, at: 0, of: root, isLeaf: false)
    }
}
