extension Document {
    /// Copies a record's content into its client's bytes, without its first `skipped` units.
    mutating func storeContent(of handle: UInt32, _ record: StructRecord, skipping skipped: UInt32) {
        let client = items[handle].client
        let source = UnsafeBufferPointer(
            start: update.message + Int(record.content), count: Int(record.end - record.content))
        let start = clients[client].bytes.count
        switch record.kind {
        case .deleted: return
        case .string: storeText(source, isBroken: record.isBroken, skipping: skipped, client: client)
        case .any, .json: storeElements(source, of: record.kind, skipping: skipped, client: client)
        default: clients[client].bytes.append(from: update.message + Int(record.content), count: source.count)
        }
        let count = clients[client].bytes.count - start
        contentTotal += count
        items[handle].content = UInt32(start)
        items[handle].contentBytes = UInt32(count)
        if record.kind == .type { makeNode(of: handle) }
    }

    /// A type's bytes belong to its node; the item knows the node instead.
    private mutating func makeNode(of handle: UInt32) {
        var node = TypeNode(item: handle, name: .none)
        node.content = items[handle].content
        node.contentBytes = items[handle].contentBytes
        items[handle].content = makeType(node)
        items[handle].contentBytes = 0
    }

    private mutating func storeText(
        _ source: UnsafeBufferPointer<UInt8>, isBroken: Bool, skipping skipped: UInt32, client: UInt32
    ) {
        guard isBroken else { return appendText(source, skipping: Int(skipped), client: client) }
        var repaired = Column<UInt8>()
        Replacement.append(repaired: source, to: &repaired)
        let bytes = UnsafeBufferPointer(start: repaired.start, count: repaired.count)
        appendText(bytes, skipping: Int(skipped), client: client)
    }

    private mutating func appendText(_ text: UnsafeBufferPointer<UInt8>, skipping units: Int, client: UInt32)
    {
        guard let base = text.baseAddress else { return }
        let cut = TextCut(base, at: units)
        var start = cut.bytesBefore
        if cut.splitsPair {
            Replacement.append(to: &clients[client].bytes)
            start += 4
        }
        clients[client].bytes.append(from: base + start, count: text.count - start)
    }

    private mutating func storeElements(
        _ source: UnsafeBufferPointer<UInt8>, of kind: ContentKind, skipping skipped: UInt32, client: UInt32
    ) {
        guard let base = source.baseAddress else { return }
        var reader = Reader(base, 0..<source.count)
        for _ in 0..<skipped { reader.passElement(kind) }
        clients[client].bytes.append(from: base + reader.offset, count: reader.remaining)
    }

    /// The bytes of an item's content; valid until something is added to its client.
    @inline(__always)
    func content(of item: Item) -> UnsafeBufferPointer<UInt8> {
        let (start, count) =
            item.kind == .type
            ? (types[item.content].content, types[item.content].contentBytes)
            : (item.content, item.contentBytes)
        guard count > 0 else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: clients[item.client].bytes.start + Int(start), count: Int(count))
    }

    /// Gives dead bytes back once they are more than half of what a client holds.
    mutating func compactContent(of client: UInt32) {
        guard clients[client].deadBytes > 4096, clients[client].deadBytes * 2 > clients[client].bytes.count
        else {
            return
        }
        var kept = Column<UInt8>()
        kept.reserve(clients[client].bytes.count - clients[client].deadBytes)
        for chunk in 0..<clients[client].structs.chunkCount {
            for entry in clients[client].structs.entries(ofChunk: chunk) {
                let content = content(of: items[entry.handle])
                guard let source = content.baseAddress else { continue }
                setContentStart(of: entry.handle, to: UInt32(kept.count))
                kept.append(from: source, count: content.count)
            }
        }
        contentTotal -= clients[client].bytes.count - kept.count
        clients[client].bytes = kept
        clients[client].deadBytes = 0
    }

    private mutating func setContentStart(of handle: UInt32, to start: UInt32) {
        if items[handle].kind == .type {
            types[items[handle].content].content = start
        } else {
            items[handle].content = start
        }
    }
}
