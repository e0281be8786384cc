/// An order-statistic B+tree over the items of one list: finds the item at an offset, and the offset of an
/// item.
///
/// Leaves hold item handles and what is visible of each, inner nodes the sums over their children. It is made
/// when somebody first asks for an offset and follows every change from then on; a document that is only
/// replicated never pays for it.
struct SequenceIndex: ~Copyable {
    static let width = 32

    /// A leaf or inner node without its rows.
    struct Node: BitwiseCopyable {
        var count: UInt32 = 0
        var parent: UInt32 = .none
    }

    var leaves = Column<Node>()
    var leafItems = Column<UInt32>()
    var leafExtents = Column<Extent>()
    var nodes = Column<Node>()
    var children = Column<UInt32>()
    var extents = Column<Extent>()
    var root: UInt32 = 0
    /// Inner levels above the leaves, at least one.
    var height = 1
    var itemCount = 0
    /// For the chain of unused indexes.
    var nextFree: UInt32 = .none

    init() {
        let leaf = makeLeaf()
        root = makeNode()
        place(leaf, Extent(), at: 0, of: root, isLeaf: true)
    }

    var memoryBytes: Int {
        leaves.memoryBytes + leafItems.memoryBytes + leafExtents.memoryBytes + nodes.memoryBytes
            + children.memoryBytes + extents.memoryBytes
    }

    /// Whether most leaves have emptied, so that making the index anew pays.
    var isSparse: Bool { leaves.count > 16 && itemCount * 8 < leaves.count * SequenceIndex.width }

    @inline(__always)
    static func row(_ node: UInt32) -> Int { Int(node) * width }

    mutating func makeLeaf() -> UInt32 {
        leaves.append(Node())
        leafItems.append(repeating: .none, count: SequenceIndex.width)
        leafExtents.append(repeating: Extent(), count: SequenceIndex.width)
        return UInt32(leaves.count - 1)
    }

    mutating func makeNode() -> UInt32 {
        nodes.append(Node())
        children.append(repeating: .none, count: SequenceIndex.width)
        extents.append(repeating: Extent(), count: SequenceIndex.width)
        return UInt32(nodes.count - 1)
    }

    /// Puts a child into a node that has room.
    mutating func place(_ child: UInt32, _ extent: Extent, at slot: Int, of node: UInt32, isLeaf: Bool) {
        let row = SequenceIndex.row(node)
        let after = Int(nodes[node].count) - slot
        children.shift(row + slot, by: 1, count: after)
        extents.shift(row + slot, by: 1, count: after)
        children[row + slot] = child
        extents[row + slot] = extent
        nodes[node].count += 1
        setParent(of: child, to: node, isLeaf: isLeaf)
    }

    @inline(__always)
    mutating func setParent(of child: UInt32, to node: UInt32, isLeaf: Bool) {
        if isLeaf { leaves[child].parent = node } else { nodes[child].parent = node }
    }

    /// The slot of an item in its leaf.
    @inline(__always)
    func slot(of item: UInt32, in leaf: UInt32) -> Int {
        let row = leafItems.start + SequenceIndex.row(leaf)
        var slot = 0
        while row[slot] != item { slot += 1 }
        return slot
    }

    /// The slot of a child in its parent.
    @inline(__always)
    func slot(ofChild child: UInt32, in node: UInt32) -> Int {
        let row = children.start + SequenceIndex.row(node)
        var slot = 0
        while row[slot] != child { slot += 1 }
        return slot
    }

    /// Adds to the extents of everything above a leaf.
    @inline(__always)
    mutating func grow(_ leaf: UInt32, by extent: Extent) {
        var child = leaf
        var node = leaves[leaf].parent
        while node != .none {
            extents[SequenceIndex.row(node) + slot(ofChild: child, in: node)] += extent
            child = node
            node = nodes[node].parent
        }
    }

    /// Takes from the extents of everything above a leaf.
    @inline(__always)
    mutating func shrink(_ leaf: UInt32, by extent: Extent) {
        var negative = Extent()
        negative -= extent
        grow(leaf, by: negative)
    }

    /// What lies before a leaf.
    func before(_ leaf: UInt32) -> Extent {
        var sum = Extent()
        var child = leaf
        var node = leaves[leaf].parent
        while node != .none {
            let row = SequenceIndex.row(node)
            for slot in 0..<slot(ofChild: child, in: node) { sum += extents[row + slot] }
            child = node
            node = nodes[node].parent
        }
        return sum
    }

    /// All of it.
    var total: Extent {
        var sum = Extent()
        let row = SequenceIndex.row(root)
        for slot in 0..<Int(nodes[root].count) { sum += extents[row + slot] }
        return sum
    }

    /// The leaf in which the first `amount` of a measure end, and what lies before that leaf. Zero is in the
    /// first leaf; more than there is in the last.
    @inline(__always)
    func leaf(reaching amount: UInt32, _ measure: Measure) -> (leaf: UInt32, before: Extent) {
        var before = Extent()
        var node = root
        for level in 0..<height {
            let row = SequenceIndex.row(node)
            let last = Int(nodes[node].count) - 1
            var slot = 0
            while slot < last && measure.of(before) + measure.of(extents[row + slot]) < amount {
                before += extents[row + slot]
                slot += 1
            }
            node = children[row + slot]
            if level == height - 1 { break }
        }
        return (node, before)
    }
}

extension Column where Element: BitwiseCopyable {
    /// Moves `count` elements from `index` on by `distance`, over what is there.
    @inline(__always)
    mutating func shift(_ index: Int, by distance: Int, count: Int) {
        guard count > 0 else { return }
        displace(index, by: distance, count: count)
    }
}
