/// A place between two units of a list.
struct ListPlace {
    /// The item whose end, or whose inside, is there; `.none` at the very beginning.
    var left: UInt32 = .none
    /// How many of its units lie before.
    var units: UInt32 = 0
    /// The offset of its first unit.
    var start: UInt32 = 0
}

extension Document {
    /// The place after the first `offset` units, inside or at the end of an item; what is deleted there
    /// follows.
    mutating func locate(_ offset: UInt32, in type: UInt32) -> ListPlace {
        guard offset > 0 else { return ListPlace() }
        if let near = nearCursor(offset, in: type) { return near }
        let index = index(of: type)
        let (leaf, before) = indexes[index].leaf(reaching: offset, .units)
        let row = SequenceIndex.row(leaf)
        var start = before.units
        var slot = 0
        while start + indexes[index].leafExtents[row + slot].units < offset {
            start += indexes[index].leafExtents[row + slot].units
            slot += 1
        }
        return ListPlace(left: indexes[index].leafItems[row + slot], units: offset - start, start: start)
    }

    /// Most edits touch the item that the last one touched.
    @inline(__always)
    private func nearCursor(_ offset: UInt32, in type: UInt32) -> ListPlace? {
        guard cursor.type == type, cursor.item != .none, offset > cursor.start else { return nil }
        let units = offset - cursor.start
        guard units <= items[cursor.item].visibleUnits else { return nil }
        return ListPlace(left: cursor.item, units: units, start: cursor.start)
    }

    /// The neighbours of what is inserted behind everything that is deleted at an offset, where `item` ends.
    mutating func gap(
        behind item: UInt32, at offset: UInt32, in type: UInt32
    ) -> (left: UInt32, right: UInt32) {
        var left = item
        var right = left == .none ? types[type].start : items[left].right
        var passed = 0
        while right != .none && items[right].isDeleted {
            if passed == Limits.passedItems && types[type].marks == 0 { return farGap(at: offset, in: type) }
            passed += 1
            left = right
            right = items[right].right
        }
        return (left, right)
    }

    /// The same without a walk: where no marks are, the next item that is not deleted has the next unit.
    private mutating func farGap(at offset: UInt32, in type: UInt32) -> (left: UInt32, right: UInt32) {
        guard offset < types[type].length else { return (types[type].end, .none) }
        let right = locate(offset + 1, in: type).left
        return (items[right].left, right)
    }

    /// Whether a place lies between the two halves of a surrogate pair.
    func splitsPair(_ place: ListPlace) -> Bool {
        guard place.left != .none else { return false }
        let item = items[place.left]
        guard item.kind == .string, !item.isASCII, place.units < item.length else { return false }
        return TextCut(clients[item.client].bytes.start + Int(item.content), at: Int(place.units)).splitsPair
    }

    /// Checks a range of offsets before anything changes, and finds the place where it begins.
    @discardableResult
    mutating func check(_ range: Range<Int>, in root: Root) throws(EditFault) -> ListPlace {
        guard range.lowerBound >= 0, range.upperBound <= Int(types[root.type].length) else {
            throw .outOfBounds
        }
        let place = locate(UInt32(range.lowerBound), in: root.type)
        guard !splitsPair(place) else { throw .splitsCharacter }
        guard range.isEmpty || !splitsPair(walk(from: place, over: range, in: root.type)) else {
            throw .splitsCharacter
        }
        return place
    }

    /// The place at the end of a range that begins at `place`.
    private mutating func walk(
        from place: ListPlace, over range: Range<Int>, in type: UInt32
    ) -> ListPlace {
        var at = place
        var left = UInt32(range.count)
        var passed = 0
        while left > 0 {
            guard passed < Limits.passedItems else { return locate(UInt32(range.upperBound), in: type) }
            passed += 1
            let rest =
                at.left == .none
                ? 0 : items[at.left].visibleUnits - min(at.units, items[at.left].visibleUnits)
            if left <= rest {
                at.units += left
                return at
            }
            left -= rest
            at = ListPlace(left: at.left == .none ? types[type].start : items[at.left].right)
        }
        return at
    }
}
