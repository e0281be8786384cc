/// Bounds of what a document accepts from outside, each with its reason.
package enum Limits {
    /// Nesting of `Any` values and the like: deeper is an attack on the stack of whoever reads it.
    package static let anyDepth = 64
    /// Clients of one document: real ones have hundreds, and each costs a record.
    package static let clients = 100_000
    /// Client blocks of one update: what a document has and what waits for it, which costs at least three
    /// bytes each, must be readable again.
    package static let clientsPerUpdate = 1 << 19
    /// Bytes that may wait for what they depend on; Yjs has no such limit, which is a hole in memory.
    package static let pendingBytes = 1 << 20
    /// What a waiting update costs beside its own bytes.
    static let pendingOverheadBytes = 96
    /// Content of one document: offsets are 32 bits wide, and broken UTF-8 may grow threefold.
    static let contentBytes = 1 << 30
    /// Insertions and deletions that a diff looks for before it takes the whole part: its memory is four
    /// times the square in bytes.
    static let diffDistance = 1_000
    /// Deleted items that an edit passes one by one before the index has to lead it over the rest.
    static let passedItems = 32
    /// What one undo stack remembers before it drops its older half: bytes of deleted text, pieces of edits.
    static let undoBytes = 8 << 20
    static let undoEntries = 100_000
    /// What an update of version 2 may unfold to: its runs can stand for any number of structs.
    static let importBytes = 1 << 26
    /// A message that loads a document rather than adding to it.
    static let bulkBytes = 1 << 14
    /// One message; the sums above fit 32 bits with it. What it unfolds to, which may be a hundred times its
    /// size, must fit a browser's 4 GB.
    #if hasFeature(Embedded)
        static let messageBytes = 1 << 24
    #else
        static let messageBytes = 1 << 28
    #endif
    /// The largest client id or length on the wire: what a JavaScript number holds exactly.
    static var largestNumber: UInt64 { 1 << 53 - 1 }
    /// The end of a client's clock: clocks are 32 bits wide here.
    static var largestClock: UInt64 { 1 << 32 - 2 }
}
