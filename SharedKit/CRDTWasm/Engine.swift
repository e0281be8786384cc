/// One document behind the C interface, with a buffer for what comes in and one for what goes out.
///
/// JavaScript writes into the input, calls, and reads the output before the next call; a pointer is valid
/// until then. Memory may have grown after any call: views of it are made anew.
struct Engine: ~Copyable {
    var document: Document
    var roots = Column<Root>()
    var input = Buffer()
    var output = Buffer()

    init(client: UInt64) { document = Document(client: client) }

    init(document: consuming Document) { self.document = document }

    deinit {
        input.release()
        output.release()
    }

    /// Keeps the bytes for JavaScript; the answer is their number.
    mutating func answer(_ bytes: [UInt8]) -> Int32 {
        output.store(bytes)
        return Int32(truncatingIfNeeded: bytes.count)
    }
}

/// Bytes at an address that stays until more of them are needed.
struct Buffer {
    private(set) var start: UnsafeMutablePointer<UInt8>?
    private var capacity = 0

    /// The first `count` bytes; they must have been reserved.
    func first(_ count: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: start, count: min(max(count, 0), capacity))
    }

    mutating func reserve(_ count: Int) {
        guard count > capacity else { return }
        release()
        capacity = max(count, 2 * capacity, 256)
        start = .allocate(capacity: capacity)
    }

    mutating func store(_ bytes: [UInt8]) {
        reserve(bytes.count)
        bytes.withUnsafeBufferPointer { source in
            guard let target = start, let first = source.baseAddress else { return }
            target.update(from: first, count: source.count)
        }
    }

    /// Gives the memory back; the buffer must not be used afterwards, except to reserve.
    func release() { start?.deallocate() }
}

/// Negative answers say what was wrong; the document is then as it was.
enum Refusal {
    static func code(_ fault: UpdateFault) -> Int32 {
        switch fault {
        case .truncated: -1
        case .malformed: -2
        case .clockOverflow: -3
        case .tooDeep: -4
        case .tooManyClients: -5
        case .tooMuchPending: -6
        case .tooLarge: -7
        case .contentGone: -8
        }
    }

    static func code(_ fault: EditFault) -> Int32 {
        switch fault {
        case .outOfBounds: -11
        case .splitsCharacter: -12
        case .invalidUTF8: -13
        case .tooLarge: -14
        case .notText: -15
        }
    }

    /// A root that `crdt_root` never gave.
    static let unknownRoot: Int32 = -20
    /// An anchor at something that is not there.
    static let unknownPlace: Int32 = -21
}
