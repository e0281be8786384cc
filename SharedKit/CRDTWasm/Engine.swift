/// One document behind the C interface, with a buffer for what comes in; what goes out lies in its writer.
///
/// JavaScript writes into the input, calls, and reads the output before the next call; a pointer is valid
/// until then. Memory may have grown after any call: views of it are made anew.
struct Engine: ~Copyable {
    var document: Document
    var input = Column<UInt8>()

    init(client: UInt64) { document = Document(client: client) }

    /// The first `count` bytes of the input, as far as they were asked for.
    func given(_ count: Int32) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: input.all.baseAddress, count: min(max(Int(count), 0), input.capacity))
    }

    /// How many bytes the answer has.
    var answer: Int32 { Int32(truncatingIfNeeded: document.writer.count) }

    /// The root that `crdt_root` gave a number.
    func root(_ number: Int32) -> Root? {
        guard number >= 0, number < document.types.count, document.types[Int(number)].item == .none else {
            return nil
        }
        return Root(type: UInt32(number))
    }
}

/// Negative answers say what was wrong; the document is then as it was.
enum Refusal {
    /// A root that `crdt_root` never gave.
    static let unknownRoot: Int32 = -20
    /// An anchor at something that is not there.
    static let unknownPlace: Int32 = -21
}
