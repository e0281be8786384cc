extension Document {
    /// Length of a text in UTF-16 units, of a list in elements.
    package func utf16Count(_ root: Root) -> Int { Int(types[root.type].length) }

    /// Length of a text in UTF-8 bytes.
    package mutating func utf8Count(_ root: Root) -> Int { Int(indexes[index(of: root.type)].total.bytes) }

    /// Line feeds and one.
    package mutating func lineCount(_ root: Root) -> Int {
        Int(indexes[index(of: root.type)].total.lines) + 1
    }

    /// The whole text as UTF-8; what is not text in it is left out.
    package func text(_ root: Root) -> [UInt8] {
        var writer = ByteWriter()
        writeText(of: root, to: &writer)
        return writer.take()
    }

    func writeText(of root: Root, to writer: inout ByteWriter) {
        var handle = types[root.type].start
        while handle != .none {
            let item = items[handle]
            if item.kind == .string && !item.isDeleted { writer.raw(content(of: item)) }
            handle = item.right
        }
    }
}
