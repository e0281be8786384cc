/// One unit of content inside the engine: a client by its dense index, and a clock.
struct ItemID: BitwiseCopyable, Equatable {
    var client: UInt32
    var clock: UInt32

    /// No item: the beginning or end of a list.
    static let none = ItemID(client: .none, clock: 0)

    @inline(__always) var isNone: Bool { client == .none }
}

/// A run of content of one client with consecutive clocks, or the place where one was (`kind == .collected`).
///
/// Items live in one column and know each other by handle: their index there. 64 bytes, one cache line.
struct Item: BitwiseCopyable {
    var clock: UInt32
    var length: UInt32
    var client: UInt32
    var kind: ContentKind
    var flags: ItemFlags = []
    /// What was left of it when it was written; never changes but for splits.
    var origin: ItemID
    /// What was right of it when it was written.
    var rightOrigin: ItemID
    /// Its neighbours now, by handle.
    var left: UInt32 = .none
    var right: UInt32 = .none
    /// The type it lies in, and the key if that is a map entry.
    var parent: UInt32
    var key: UInt32
    /// Where its content starts in its client's bytes; for types the index of the type node.
    var content: UInt32 = 0
    var contentBytes: UInt32 = 0
    /// The leaf of the sequence index that it lies in.
    var leaf: UInt32 = .none
    /// When a conflict scan came by last (see `Document.place`).
    var mark: UInt32 = 0

    @inline(__always) var id: ItemID { ItemID(client: client, clock: clock) }
    @inline(__always) var last: ItemID { ItemID(client: client, clock: clock &+ length &- 1) }
    @inline(__always) var end: UInt32 { clock &+ length }
    @inline(__always) var isDeleted: Bool { flags.contains(.deleted) }
    @inline(__always) var isItem: Bool { kind != .collected }
    @inline(__always) var isVisible: Bool { kind.isCountable && !isDeleted }
    @inline(__always) var visibleUnits: UInt32 { isVisible ? length : 0 }
    @inline(__always) var isListMember: Bool { key == .none }
    /// Plain text where every unit is one byte.
    @inline(__always) var isASCII: Bool { contentBytes == length }
}

/// What an item is beside its content.
struct ItemFlags: OptionSet, BitwiseCopyable {
    let rawValue: UInt8

    static let deleted = ItemFlags(rawValue: 1)
}
