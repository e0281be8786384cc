extension Document {
    /// The sequence index of a type, made now if this is the first question about offsets.
    mutating func index(of type: UInt32) -> UInt32 {
        let known = types[type].index
        if known != .none && !indexes[known].isSparse { return known }
        if known != .none { dropIndex(of: type) }
        return makeIndex(of: type)
    }

    private mutating func makeIndex(of type: UInt32) -> UInt32 {
        let index: UInt32
        if freeIndex != .none {
            index = freeIndex
            freeIndex = indexes[index].nextFree
            indexes[index] = SequenceIndex()
        } else {
            index = UInt32(indexes.count)
            indexes.append(SequenceIndex())
        }
        var item = types[type].start
        while item != .none {
            indexes[index].append(item, extent(of: items[item]), items: &items)
            item = items[item].right
        }
        types[type].index = index
        return index
    }

    /// Forgets the index of a type.
    mutating func dropIndex(of type: UInt32) {
        let index = types[type].index
        guard index != .none else { return }
        var item = types[type].start
        while item != .none {
            items[item].leaf = .none
            item = items[item].right
        }
        indexes[index] = SequenceIndex()
        indexes[index].nextFree = freeIndex
        freeIndex = index
        types[type].index = .none
        cursor.forget()
    }

    /// What of an item is visible.
    func extent(of item: Item) -> Extent {
        guard item.isVisible else { return Extent() }
        guard item.kind == .string else { return Extent(units: item.length) }
        let text = clients[item.client].bytes.start + Int(item.content)
        let lines = lineFeeds(text, Int(item.contentBytes))
        return Extent(units: item.length, bytes: item.contentBytes, lines: lines)
    }

    /// A linked item enters its type's index.
    mutating func indexInsert(_ handle: UInt32) {
        let item = items[handle]
        let index = types[item.parent].index
        let leaf = item.left == .none ? indexes[index].firstLeaf : items[item.left].leaf
        indexes[index].insert(handle, extent(of: item), after: item.left, in: leaf, items: &items)
    }

    /// An item has been split: its extent becomes two.
    mutating func indexSplit(_ left: UInt32, _ right: UInt32) {
        let second = extent(of: items[right])
        let index = types[items[left].parent].index
        let leaf = items[left].leaf
        let before = indexes[index].extent(of: left, in: leaf)
        let first = items[left].isVisible ? extentBeside(second, whole: before, of: items[left]) : Extent()
        indexes[index].setExtent(of: left, in: leaf, from: before, to: first)
        indexes[index].insert(right, second, after: left, in: leaf, items: &items)
    }

    /// The extent of the left part of a split, whose lines are what the right part does not have.
    private func extentBeside(_ second: Extent, whole: Extent, of left: Item) -> Extent {
        Extent(units: left.length, bytes: left.contentBytes, lines: whole.lines - second.lines)
    }

    /// An item is about to be deleted: nothing of it is visible any more.
    mutating func indexHide(_ handle: UInt32) {
        let index = types[items[handle].parent].index
        let leaf = items[handle].leaf
        let before = indexes[index].extent(of: handle, in: leaf)
        indexes[index].setExtent(of: handle, in: leaf, from: before, to: Extent())
    }

    /// `right` becomes part of `left`, its neighbour.
    mutating func indexJoin(_ left: UInt32, _ right: UInt32) {
        let index = types[items[left].parent].index
        let extent = indexes[index].remove(right, from: items[right].leaf)
        indexes[index].extend(
            left, in: items[left].leaf, by: extent, isNew: items[left].leaf != items[right].leaf)
        if items[left].leaf != items[right].leaf { indexes[index].shrink(items[right].leaf, by: extent) }
    }
}

extension SequenceIndex {
    func extent(of item: UInt32, in leaf: UInt32) -> Extent {
        leafExtents[SequenceIndex.row(leaf) + slot(of: item, in: leaf)]
    }

    mutating func setExtent(of item: UInt32, in leaf: UInt32, from old: Extent, to new: Extent) {
        guard old != new else { return }
        leafExtents[SequenceIndex.row(leaf) + slot(of: item, in: leaf)] = new
        var change = new
        change -= old
        grow(leaf, by: change)
    }

    /// Adds to an item; `isNew` when that is not already in the sums above its leaf.
    mutating func extend(_ item: UInt32, in leaf: UInt32, by extent: Extent, isNew: Bool) {
        guard extent != Extent() else { return }
        leafExtents[SequenceIndex.row(leaf) + slot(of: item, in: leaf)] += extent
        if isNew { grow(leaf, by: extent) }
    }
}
