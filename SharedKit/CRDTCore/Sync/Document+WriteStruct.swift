extension Document {
    /// Writes a struct, or what is left of it after its first `skipped` units.
    @inline(__always)
    func write(_ handle: UInt32, skipping skipped: UInt32, to writer: inout ByteWriter) {
        let item = items[handle]
        guard item.isItem else {
            writer.byte(ContentKind.collected.rawValue)
            return writer.number(item.length - skipped)
        }
        let origin =
            skipped > 0 ? ItemID(client: item.client, clock: item.clock + skipped - 1) : item.origin
        var info = item.kind.rawValue
        if !origin.isNone { info |= InfoBit.origin }
        if !item.rightOrigin.isNone { info |= InfoBit.rightOrigin }
        if item.key != .none { info |= InfoBit.key }
        writer.byte(info)
        if !origin.isNone { write(origin, to: &writer) }
        if !item.rightOrigin.isNone { write(item.rightOrigin, to: &writer) }
        if info & InfoBit.anyOrigin == 0 { writeParent(of: item, to: &writer) }
        writeContent(of: item, skipping: skipped, to: &writer)
    }

    @inline(__always)
    private func write(_ id: ItemID, to writer: inout ByteWriter) {
        writer.number(clients[id.client].id)
        writer.number(id.clock)
    }

    private func writeParent(of item: Item, to writer: inout ByteWriter) {
        let parent = types[item.parent]
        if parent.item == .none {
            writer.number(1)
            writer.block(names[parent.name])
        } else {
            writer.number(0)
            write(items[parent.item].id, to: &writer)
        }
        if item.key != .none { writer.block(names[item.key]) }
    }

    @inline(__always)
    private func writeContent(of item: Item, skipping skipped: UInt32, to writer: inout ByteWriter) {
        switch item.kind {
        case .string: writeText(of: item, skipping: skipped, to: &writer)
        case .deleted: writer.number(item.length - skipped)
        case .any, .json:
            let dropped = Int(skipped > 0 ? elementBytes(item, count: skipped) : 0)
            writer.number(item.length - skipped)
            writer.raw(UnsafeBufferPointer(rebasing: content(of: item).dropFirst(dropped)))
        default: writer.raw(content(of: item))
        }
    }

    private func writeText(of item: Item, skipping skipped: UInt32, to writer: inout ByteWriter) {
        let text = clients[item.client].bytes.start + Int(item.content)
        let count = Int(item.contentBytes)
        guard skipped > 0 else {
            writer.number(count)
            return writer.raw(text, count)
        }
        if item.isASCII {
            writer.number(count - Int(skipped))
            return writer.raw(text + Int(skipped), count - Int(skipped))
        }
        let cut = TextCut(text, at: Int(skipped))
        let start = cut.bytesBefore + (cut.splitsPair ? 4 : 0)
        writer.number(count - start + (cut.splitsPair ? 3 : 0))
        if cut.splitsPair { writer.replacement() }
        writer.raw(text + start, count - start)
    }
}

extension ByteWriter {
    /// U+FFFD.
    mutating func replacement() {
        byte(0xEF)
        byte(0xBF)
        byte(0xBD)
    }
}
