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

    /// Whether a place lies between the two halves of a surrogate pair.
    func splitsPair(_ place: ListPlace) -> Bool {
        guard place.left != .none else { return false }
        let item = items[place.left]
        guard item.kind == .string, !item.isASCII, place.units < item.length else { return false }
        return TextCut(clients[item.client].bytes.start + Int(item.content), at: Int(place.units)).splitsPair
    }

    /// Checks a range of offsets before anything changes.
    mutating func check(_ range: Range<Int>, in root: Root) throws(EditFault) {
        guard range.lowerBound >= 0, range.upperBound <= Int(types[root.type].length) else {
            throw .outOfBounds
        }
        let place = locate(UInt32(range.lowerBound), in: root.type)
        guard !splitsPair(place), !splitsPair(walk(from: place, UInt32(range.count), in: root.type)) else {
            throw .splitsCharacter
        }
    }

    /// The place so many visible units further on.
    private func walk(from place: ListPlace, _ units: UInt32, in type: UInt32) -> ListPlace {
        var at = place
        var left = units
        while left > 0 {
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
