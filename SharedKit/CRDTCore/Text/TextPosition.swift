/// A place in a text, as different callers count. All counts start at 0.
package enum TextPosition: Equatable, Sendable {
    /// UTF-16 units before it, as editors and the language server protocol count.
    case utf16(Int)
    /// UTF-8 bytes before it.
    case utf8(Int)
    /// Line feeds before it, and UTF-16 units between the last of them and the place.
    case line(Int, column: Int)
}

extension Document {
    /// The UTF-16 offset of a position.
    package mutating func utf16Offset(of position: TextPosition, in root: Root) throws(EditFault) -> Int {
        switch position {
        case .utf16(let offset):
            guard (0...utf16Count(root)).contains(offset) else { throw .outOfBounds }
            return offset
        case .utf8(let offset): return try utf16Offset(utf8: offset, in: root)
        case .line(let line, let column):
            let start = try lineStart(line, in: root)
            let end = try line + 1 < lineCount(root) ? lineStart(line + 1, in: root) - 1 : utf16Count(root)
            guard column >= 0, column <= end - start else { throw .outOfBounds }
            return start + column
        }
    }

    /// The UTF-8 offset of a UTF-16 offset.
    package mutating func utf8Offset(utf16 offset: Int, in root: Root) throws(EditFault) -> Int {
        guard (0...utf16Count(root)).contains(offset) else { throw .outOfBounds }
        return Int(try extent(before: offset, in: root).bytes)
    }

    /// The line of a UTF-16 offset, and its column in UTF-16 units.
    package mutating func lineColumn(
        utf16 offset: Int, in root: Root
    ) throws(EditFault) -> (line: Int, column: Int) {
        guard (0...utf16Count(root)).contains(offset) else { throw .outOfBounds }
        let line = Int(try extent(before: offset, in: root).lines)
        return (line, offset - (try lineStart(line, in: root)))
    }

    /// The UTF-16 offset of the first unit of a line.
    private mutating func lineStart(_ line: Int, in root: Root) throws(EditFault) -> Int {
        guard line >= 0, line < lineCount(root) else { throw .outOfBounds }
        guard line > 0 else { return 0 }
        let (item, before) = find(UInt32(line), .lines, in: root.type)
        let text = content(of: items[item])
        var wanted = UInt32(line) - before.lines
        var at = 0
        while wanted > 0 && at < text.count {
            if text[at] == 0x0A { wanted -= 1 }
            at += 1
        }
        return Int(before.units) + units(of: text, bytes: at, isASCII: items[item].isASCII)
    }

    private mutating func utf16Offset(utf8 offset: Int, in root: Root) throws(EditFault) -> Int {
        guard offset >= 0, offset <= utf8Count(root) else { throw .outOfBounds }
        guard offset > 0 else { return 0 }
        let (item, before) = find(UInt32(offset), .bytes, in: root.type)
        let text = content(of: items[item])
        let inside = offset - Int(before.bytes)
        guard inside == text.count || text[inside] & 0xC0 != 0x80 else { throw .splitsCharacter }
        return Int(before.units) + units(of: text, bytes: inside, isASCII: items[item].isASCII)
    }

    /// What lies before a UTF-16 offset.
    private mutating func extent(before offset: Int, in root: Root) throws(EditFault) -> Extent {
        guard offset > 0 else { return Extent() }
        var (item, before) = find(UInt32(offset), .units, in: root.type)
        let inside = Int(UInt32(offset) - before.units)
        guard items[item].kind == .string, let text = content(of: items[item]).baseAddress else {
            return before
        }
        let cut = TextCut(text, at: inside)
        guard !cut.splitsPair else { throw .splitsCharacter }
        before += Extent(
            units: UInt32(inside), bytes: UInt32(cut.bytesBefore), lines: lineFeeds(text, cut.bytesBefore))
        return before
    }

    private func units(of text: UnsafeBufferPointer<UInt8>, bytes: Int, isASCII: Bool) -> Int {
        isASCII ? bytes : TextMeasure(UnsafeBufferPointer(rebasing: text.prefix(bytes))).units
    }

    /// The item in which the first `amount` (at least one) of a measure end, and what lies before it.
    private mutating func find(_ amount: UInt32, _ measure: Measure, in type: UInt32) -> (UInt32, Extent) {
        let index = index(of: type)
        var (leaf, before) = indexes[index].leaf(reaching: amount, measure)
        let row = SequenceIndex.row(leaf)
        var slot = 0
        while measure.of(before) + measure.of(indexes[index].leafExtents[row + slot]) < amount {
            before += indexes[index].leafExtents[row + slot]
            slot += 1
        }
        return (indexes[index].leafItems[row + slot], before)
    }

    /// The text of a range of UTF-16 units as UTF-8.
    package mutating func text(_ root: Root, utf16 range: Range<Int>) throws(EditFault) -> [UInt8] {
        try check(range, in: root)
        var writer = ByteWriter()
        let place = locate(UInt32(range.lowerBound), in: root.type)
        var handle = place.left == .none ? types[root.type].start : place.left
        var skipped = place.left == .none ? 0 : place.units
        var left = UInt32(range.count)
        while left > 0 && handle != .none {
            let item = items[handle]
            let taken = min(left, item.visibleUnits - min(skipped, item.visibleUnits))
            if taken > 0 { writePart(of: item, from: skipped, taken, to: &writer) }
            left -= taken
            skipped = 0
            handle = item.right
        }
        return writer.take()
    }

    /// Writes some units of an item as text.
    func writePart(of item: Item, from first: UInt32, _ units: UInt32, to writer: inout ByteWriter) {
        guard item.kind == .string, let text = content(of: item).baseAddress else { return }
        let start = item.isASCII ? Int(first) : TextCut(text, at: Int(first)).bytesBefore
        let count = item.isASCII ? Int(units) : TextCut(text + start, at: Int(units)).bytesBefore
        writer.raw(text + start, count)
    }
}
