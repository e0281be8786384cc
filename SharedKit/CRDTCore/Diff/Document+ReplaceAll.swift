extension Document {
    /// Makes a root's text equal to `text` by the fewest edits, so that what others write meanwhile survives
    /// and their cursors stay: lines first, then characters within the lines that differ.
    @discardableResult
    package mutating func replaceAll(with text: Span<UInt8>, in root: Root) throws(EditFault) -> [UInt8] {
        let old = self.text(root)
        guard old.withUnsafeBufferPointer({ TextMeasure($0).units }) == utf16Count(root) else {
            throw .notText
        }
        var edits = Column<TextEdit>()
        try text.withUnsafeBufferPointer { (bytes) throws(EditFault) in
            let measure = TextMeasure(bytes)
            guard measure.isValid else { throw .invalidUTF8 }
            // None of the edits can be refused half way then.
            guard hasRoom(units: measure.units, bytes: bytes.count) else { throw .tooLarge }
            old.withUnsafeBufferPointer { listEdits(from: $0, to: bytes, seed: seed, into: &edits) }
        }
        if isTransacting {
            try apply(edits, of: text, in: root)
            return []
        }
        var update: [UInt8] = []
        try transact(into: &update) { (document: inout Document) throws(EditFault) in
            try document.apply(edits, of: text, in: root)
        }
        return update
    }

    /// Last edit first, so that the offsets of the others stay true.
    private mutating func apply(
        _ edits: borrowing Column<TextEdit>, of text: Span<UInt8>, in root: Root
    ) throws(EditFault) {
        var index = edits.count
        while index > 0 {
            index -= 1
            let edit = edits[index]
            try replace(edit.units, with: text.extracting(edit.bytes), in: root)
        }
    }
}

/// Bytes of a new text in place of UTF-16 units of the old one.
private struct TextEdit {
    var units: Range<Int>
    var bytes: Range<Int>
}

/// The edits between two texts, first one first.
private func listEdits(
    from old: UnsafeBufferPointer<UInt8>, to new: UnsafeBufferPointer<UInt8>, seed: UInt64,
    into edits: inout Column<TextEdit>
) {
    var numbers = NameTable(seed: seed)
    let oldLines = SymbolText(linesOf: old, numbers: &numbers)
    let newLines = SymbolText(linesOf: new, numbers: &numbers)
    var hunks = Column<Hunk>()
    EditScript.append(from: oldLines.symbols, to: newLines.symbols, limit: Limits.diffDistance, into: &hunks)
    for index in 0..<hunks.count {
        let hunk = hunks[index]
        let units = oldLines.units(hunk.old)
        let bytes = newLines.offset(hunk.new.lowerBound)
        refine(oldLines.bytes(hunk.old), newLines.bytes(hunk.new), units.lowerBound, bytes, into: &edits)
    }
}

/// The edits between two runs of lines, as characters.
private func refine(
    _ old: UnsafeBufferPointer<UInt8>, _ new: UnsafeBufferPointer<UInt8>, _ unit: Int, _ byte: Int,
    into edits: inout Column<TextEdit>
) {
    let oldCharacters = SymbolText(charactersOf: old)
    let newCharacters = SymbolText(charactersOf: new)
    var hunks = Column<Hunk>()
    let limit = Limits.diffDistance
    EditScript.append(from: oldCharacters.symbols, to: newCharacters.symbols, limit: limit, into: &hunks)
    for index in 0..<hunks.count {
        let units = oldCharacters.units(hunks[index].old)
        let start = newCharacters.offset(hunks[index].new.lowerBound)
        let end = newCharacters.offset(hunks[index].new.upperBound)
        edits.append(
            TextEdit(
                units: unit + units.lowerBound..<unit + units.upperBound, bytes: byte + start..<byte + end))
    }
}
