/// A place in a list that stays where it was put while others edit: a relative position in Yjs's binary form.
package struct Anchor: Equatable, Sendable {
    private let bytes: [UInt8]

    init(_ place: borrowing AnchoredPlace) {
        var writer = ByteWriter()
        writer.anchor(place)
        bytes = writer.take()
    }

    /// Reads the form that `Y.encodeRelativePosition` writes.
    package init(_ bytes: Span<UInt8>) throws(UpdateFault) {
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(UpdateFault) in
            Anchor(try AnchoredPlace(buffer))
        }
    }

    /// The form that `Y.decodeRelativePosition` reads.
    package func encode() -> [UInt8] { bytes }

    /// What it says.
    func withPlace<Result>(_ body: (AnchoredPlace) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { buffer in
            do throws(UpdateFault) { return body(try AnchoredPlace(buffer)) } catch {
                preconditionFailure("an anchor is made of checked bytes")
            }
        }
    }
}

/// What an anchor says; good while the bytes stay that its name lies in.
struct AnchoredPlace {
    enum Target {
        /// The unit that it sticks to.
        case unit(client: UInt64, clock: UInt32)
        /// The end of a root, or its start when it sticks to the left.
        case root(UnsafeBufferPointer<UInt8>)
        /// The same of a type that lies in an item.
        case type(client: UInt64, clock: UInt32)
    }

    let target: Target
    /// Sticks to the unit on the right when it is not negative, else to the one on the left.
    let assoc: Int64

    init(target: Target, assoc: Int64) {
        self.target = target
        self.assoc = assoc
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(UpdateFault) {
        guard let base = bytes.baseAddress else { throw .truncated }
        var reader = Reader(base, 0..<bytes.count)
        switch try reader.number() {
        case 0: target = .unit(client: try reader.number(), clock: try reader.clock())
        case 1: target = .root(reader.bytes(try reader.block()))
        case 2: target = .type(client: try reader.number(), clock: try reader.clock())
        default: throw .malformed
        }
        assoc = reader.isAtEnd ? 0 : try reader.signed()
        guard reader.isAtEnd else { throw .malformed }
    }
}

extension ByteWriter {
    mutating func anchor(_ place: AnchoredPlace) {
        switch place.target {
        case .unit(let client, let clock): anchor(0, client, clock)
        case .root(let name):
            number(1)
            block(name)
        case .type(let client, let clock): anchor(2, client, clock)
        }
        signed(place.assoc)
    }

    private mutating func anchor(_ kind: Int, _ client: UInt64, _ clock: UInt32) {
        number(kind)
        number(client)
        number(clock)
    }
}

extension Document {
    /// An anchor at a UTF-16 offset. It sticks to the unit on its right, or on its left if `assoc` is
    /// negative.
    package mutating func anchor(at offset: Int, assoc: Int, in root: Root) throws(EditFault) -> Anchor {
        Anchor(try place(at: offset, assoc: assoc, in: root))
    }

    mutating func place(at offset: Int, assoc: Int, in root: Root) throws(EditFault) -> AnchoredPlace {
        guard offset >= 0, offset <= utf16Count(root) else { throw .outOfBounds }
        if assoc < 0 ? offset == 0 : offset == utf16Count(root) {
            return AnchoredPlace(target: .root(names[types[root.type].name]), assoc: Int64(assoc))
        }
        let unit = assoc < 0 ? offset : offset + 1
        let place = locate(UInt32(unit), in: root.type)
        let item = items[place.left]
        let client = clients[item.client].id
        return AnchoredPlace(
            target: .unit(client: client, clock: item.clock + place.units - 1), assoc: Int64(assoc))
    }

    /// The UTF-16 offset of an anchor now; nil while its unit or type is not known, or is known no more.
    package mutating func resolve(_ anchor: Anchor) -> Int? {
        anchor.withPlace { resolve($0) }
    }

    mutating func resolve(_ place: AnchoredPlace) -> Int? {
        switch place.target {
        case .unit(let client, let clock): return offset(ofUnit: clock, of: client, assoc: place.assoc)
        case .root(let name): return edge(of: rootType(named: name), place)
        case .type(let client, let clock):
            guard let owner = findItem(client, clock), items[owner].kind == .type else { return nil }
            return edge(of: items[owner].content, place)
        }
    }

    private func edge(of type: UInt32, _ place: AnchoredPlace) -> Int {
        place.assoc < 0 ? 0 : Int(types[type].length)
    }

    private mutating func findItem(_ client: UInt64, _ clock: UInt32) -> UInt32? {
        guard let known = findClient(client), clock < clients[known].end else { return nil }
        let found = handle(at: ItemID(client: known, clock: clock))
        return items[found].isItem ? found : nil
    }

    private mutating func offset(ofUnit clock: UInt32, of client: UInt64, assoc: Int64) -> Int? {
        guard let handle = findItem(client, clock) else { return nil }
        let item = items[handle]
        guard item.isListMember, !isDeleted(type: item.parent) else { return 0 }
        _ = index(of: item.parent)
        let inside = item.isVisible ? clock - item.clock + (assoc < 0 ? 1 : 0) : 0
        return Int(offset(of: handle) + inside)
    }
}
