/// One struct of an update as it lies in the message: checked, not yet part of any document.
struct StructRecord: BitwiseCopyable {
    var clock: UInt32
    var length: UInt32
    /// Where its info byte lies in the message.
    var start: UInt32
    /// Where the bytes of its content lie.
    var content: UInt32
    var end: UInt32
    /// Its client's place among the blocks of the message.
    var block: UInt32
    var originClock: UInt32 = 0
    var rightClock: UInt32 = 0
    var originClient: UInt64 = 0
    var rightClient: UInt64 = 0
    var info: UInt8
    /// Which of several messages it came with.
    var message: UInt32 = 0
    /// Its text holds broken UTF-8.
    var isBroken = false

    @inline(__always) var kind: ContentKind {
        ContentKind(rawValue: info & InfoBit.kind).unsafelyUnwrapped
    }
    @inline(__always) var hasOrigin: Bool { info & InfoBit.origin != 0 }
    @inline(__always) var hasRightOrigin: Bool { info & InfoBit.rightOrigin != 0 }
    /// Without origins the wire names the parent, right after the info byte.
    @inline(__always) var namesParent: Bool { info & InfoBit.anyOrigin == 0 && isItem }
    @inline(__always) var isItem: Bool { kind != .collected && kind != .skip }
    /// The info byte as Yjs writes it without a document: the key is told with the parent only.
    @inline(__always) var plainInfo: UInt8 { info & InfoBit.anyOrigin == 0 ? info : info & ~InfoBit.key }
    @inline(__always) var clockEnd: UInt32 { clock &+ length }
}

/// The parent that a struct without origins names.
enum ParentName {
    case root(Range<Int>)
    case item(client: UInt64, clock: UInt32)
}

extension Reader {
    mutating func parentName() throws(UpdateFault) -> ParentName {
        switch try number() {
        case 1: .root(try block())
        case 0: .item(client: try number(), clock: try clock())
        default: throw .malformed
        }
    }
}

/// The structs of one client in an update: a range of its records, in the order of their clocks.
struct ClientBlock: BitwiseCopyable {
    var client: UInt64
    var first: UInt32
    var count: UInt32
}

/// Clocks of one client that an update deletes.
struct DeletedClocks: BitwiseCopyable {
    var client: UInt64
    var clock: UInt32
    var length: UInt32

    @inline(__always) var end: UInt32 { clock + length }
}
