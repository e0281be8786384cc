/// Everything one client has written: its structs in the order of their clocks without holes, and its
/// content.
struct ClientStore: ~Copyable {
    let id: UInt64
    var structs = StructRow()
    /// UTF-8 text and encoded values; what was collected or replaced leaves dead bytes behind.
    var bytes = Column<UInt8>()
    var deadBytes = 0
    /// The next clock.
    var end: UInt32 = 0
    /// What `end` was when the running transaction first added something.
    var endBefore: UInt32 = 0
    /// The transaction that `endBefore` belongs to.
    var transaction: UInt32 = 0

    init(id: UInt64) { self.id = id }
}
