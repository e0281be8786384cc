/// Why an update, state vector or snapshot was refused. The document is then what it was before. The raw
/// value is how the WebAssembly interface says it.
package enum UpdateFault: Int32, Error, Equatable, Sendable {
    /// It ends early, or a count is larger than what is left could hold.
    case truncated = -1
    /// An unknown kind, an empty struct, a wrong tag, a dependency on the future, bytes after the end.
    case malformed = -2
    /// A client's clock would pass 2^32 - 2 units.
    case clockOverflow = -3
    /// A value is nested deeper than `Limits.anyDepth`.
    case tooDeep = -4
    /// More clients than `Limits.clients` in a document, or `Limits.clientsPerUpdate` in a message.
    case tooManyClients = -5
    /// More bytes would wait for their dependencies than the document allows.
    case tooMuchPending = -6
    /// The document would outgrow its 32-bit offsets.
    case tooLarge = -7
    /// The content that this would show has been collected: the document does not keep what was deleted.
    case contentGone = -8
}

/// Why a local edit or a question about a place was refused. The document is then what it was before. The raw
/// value is how the WebAssembly interface says it.
package enum EditFault: Int32, Error, Equatable, Sendable {
    /// The offset, line or column does not exist.
    case outOfBounds = -11
    /// The offset lies within a character: between two surrogates or the bytes of one.
    case splitsCharacter = -12
    /// The text is not UTF-8.
    case invalidUTF8 = -13
    /// The document or the client's clock would outgrow 32 bits.
    case tooLarge = -14
    /// The root is a map or holds something else that has no offsets.
    case notText = -15
}
