/// Positions of traces count characters, those of documents UTF-16 units: where they differ, this converts.
struct CodePoints {
    /// The UTF-16 width, 1 or 2, of every character.
    private var widths: [UInt8] = []

    init(_ text: [UInt8]) { widths = Self.widths(text[...]) }

    /// The patch in UTF-16; the text is then as the patch leaves it.
    mutating func convert(_ patch: Trace.Patch, text: [UInt8]) -> Trace.Patch? {
        let end = patch.position + patch.deleted
        guard end <= widths.count else { return nil }
        var converted = patch
        converted.position = units(0..<patch.position)
        converted.deleted = units(patch.position..<end)
        widths.replaceSubrange(patch.position..<end, with: Self.widths(text[patch.text]))
        return converted
    }

    private func units(_ range: Range<Int>) -> Int { widths[range].reduce(0) { $0 + Int($1) } }

    private static func widths(_ text: ArraySlice<UInt8>) -> [UInt8] {
        text.filter { $0 & 0xC0 != 0x80 }.map { $0 >= 0xF0 ? 2 : 1 }
    }
}
