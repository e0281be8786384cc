/// The own storage format: the structs of an update in columns, where like lies next to like and most ids can
/// be predicted. About half of version 1, smaller than Yjs's version 2.
///
/// snapshot := format byte • varUint clients • clients x (varUint id, varUint structs, varUint first clock) •
/// the columns, each as a varBuffer, in the order of `SnapshotColumn` • delete set, if the format says so.
/// Every struct has one byte in `shape`: content kind, how its origin and how its right origin are told.
enum SnapshotFormat {
    /// First byte; the deletes are those of the structs.
    static let plain: UInt8 = 0xC1
    /// First byte; a delete set follows, because some of what is deleted still has content.
    static let withDeletes: UInt8 = 0xC2
}

/// Which values a column holds, one after the other.
enum SnapshotColumn: Int, CaseIterable {
    /// A byte for each struct.
    case shape
    /// Units of structs that are only a length, bytes of texts, elements of lists.
    case length
    /// Explicit origins and right origins.
    case origin
    case right
    /// Clients of ids that are not the owner's.
    case client
    /// Parents and keys of structs without origins.
    case head
    /// Text of all strings, without lengths.
    case text
    /// All other contents as they are encoded in version 1.
    case opaque
}

/// How an origin is told.
enum OriginCode: UInt8 {
    case none = 0
    /// The unit that its client wrote just before.
    case previousUnit = 1
    case explicit = 2

    static let shift: UInt8 = 4
}

/// How a right origin is told.
enum RightCode: UInt8 {
    case none = 0
    /// The unit after the origin: the struct was put into the middle of a run.
    case afterOrigin = 1
    /// The one of the struct before: both come from one run.
    case same = 2
    case explicit = 3

    static let shift: UInt8 = 6
}

/// An id on the wire.
struct WireID: BitwiseCopyable, Equatable {
    var client: UInt64
    var clock: UInt32
}

/// What writer and reader remember of the struct before, to predict the next one.
struct SnapshotState {
    var lastOrigin: UInt32 = 0
    var lastRight: WireID?

    /// Where an explicit right origin is most likely near.
    func rightBase(_ origin: WireID?, client: UInt64) -> UInt32 {
        if let origin { return origin.clock }
        return lastRight?.clock ?? 0
    }
}
