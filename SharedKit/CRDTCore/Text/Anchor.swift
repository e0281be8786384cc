/// A place in a list that stays where it was put while others edit: a relative position in Yjs's binary form.
package struct Anchor: Equatable, Sendable {
    enum Target: Equatable, Sendable {
        /// The unit that it sticks to.
        case unit(client: UInt64, clock: UInt32)
        /// The end of a root, or its start when it sticks to the left.
        case root([UInt8])
        /// The same of a type that lies in an item.
        case type(client: UInt64, clock: UInt32)
    }

    let target: Target
    /// Sticks to the unit on the right when it is not negative, else to the one on the left.
    package let assoc: Int

    init(target: Target, assoc: Int) {
        self.target = target
        self.assoc = assoc
    }

    /// Reads the form that `Y.encodeRelativePosition` writes.
    package init(_ bytes: Span<UInt8>) throws(UpdateFault) {
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(UpdateFault) in
            guard let base = buffer.baseAddress else { throw .truncated }
            var reader = Reader(base, 0..<buffer.count)
            let target: Target
            switch try reader.number() {
            case 0: target = .unit(client: try reader.number(), clock: try reader.clock())
            case 1: target = .root([UInt8](reader.bytes(try reader.block())))
            case 2: target = .type(client: try reader.number(), clock: try reader.clock())
            default: throw .malformed
            }
            let assoc = reader.isAtEnd ? 0 : try reader.signed()
            guard reader.isAtEnd else { throw .malformed }
            return Anchor(target: target, assoc: Int(clamping: assoc))
        }
    }

    /// The form that `Y.decodeRelativePosition` reads.
    package func encode() -> [UInt8] {
        var writer = ByteWriter()
        switch target {
        case .unit(let client, let clock):
            writer.number(0)
            writer.number(client)
            writer.number(clock)
        case .root(let name):
            writer.number(1)
            name.withUnsafeBufferPointer { writer.block($0) }
        case .type(let client, let clock):
            writer.number(2)
            writer.number(client)
            writer.number(clock)
        }
        writer.signed(Int64(assoc))
        return writer.take()
    }
}

extension Document {
    /// An anchor at a UTF-16 offset. It sticks to the unit on its right, or on its left if `assoc` is
    /// negative.
    package mutating func anchor(at offset: Int, assoc: Int, in root: Root) throws(EditFault) -> Anchor {
        guard (0...utf16Count(root)).contains(offset) else { throw .outOfBounds }
        let end = Anchor(target: .root([UInt8](names[types[root.type].name])), assoc: assoc)
        if assoc < 0 ? offset == 0 : offset == utf16Count(root) { return end }
        let unit = assoc < 0 ? offset : offset + 1
        let place = locate(UInt32(unit), in: root.type)
        let item = items[place.left]
        let target = Anchor.Target.unit(client: clients[item.client].id, clock: item.clock + place.units - 1)
        return Anchor(target: target, assoc: assoc)
    }

    /// The UTF-16 offset of an anchor now; nil while its unit or type is not known, or is known no more.
    package mutating func resolve(_ anchor: Anchor) -> Int? {
        switch anchor.target {
        case .unit(let client, let clock): return offset(ofUnit: clock, of: client, assoc: anchor.assoc)
        case .root(let name):
            let root = name.withUnsafeBufferPointer { rootType(named: $0) }
            return anchor.assoc < 0 ? 0 : Int(types[root].length)
        case .type(let client, let clock):
            guard let owner = findItem(client, clock), items[owner].kind == .type else { return nil }
            return anchor.assoc < 0 ? 0 : Int(types[items[owner].content].length)
        }
    }

    private mutating func findItem(_ client: UInt64, _ clock: UInt32) -> UInt32? {
        guard let known = findClient(client), clock < clients[known].end else { return nil }
        let found = handle(at: ItemID(client: known, clock: clock))
        return items[found].isItem ? found : nil
    }

    private mutating func offset(ofUnit clock: UInt32, of client: UInt64, assoc: Int) -> Int? {
        guard let handle = findItem(client, clock) else { return nil }
        let item = items[handle]
        guard item.isListMember, !isDeleted(type: item.parent) else { return 0 }
        _ = index(of: item.parent)
        let inside = item.isVisible ? clock - item.clock + (assoc < 0 ? 1 : 0) : 0
        return Int(offset(of: handle) + inside)
    }
}
