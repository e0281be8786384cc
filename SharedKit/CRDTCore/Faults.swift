/// Why an update, state vector or snapshot was refused. The document is then what it was before.
package enum UpdateFault: Error, Equatable, Sendable {
    /// It ends early, or a count is larger than what is left could hold.
    case truncated
    /// An unknown kind, an empty struct, a wrong tag, a dependency on the future, bytes after the end.
    case malformed
    /// A client's clock would pass 2^32 - 2 units.
    case clockOverflow
    /// A value is nested deeper than `Limits.anyDepth`.
    case tooDeep
    /// More clients than `Limits.clients` in a document, or `Limits.clientsPerUpdate` in a message.
    case tooManyClients
    /// More bytes would wait for their dependencies than the document allows.
    case tooMuchPending
    /// The document would outgrow its 32-bit offsets.
    case tooLarge
    /// The content that this would show has been collected: the document does not keep what was deleted.
    case contentGone
}

/// Why a local edit or a question about a place was refused. The document is then what it was before.
package enum EditFault: Error, Equatable, Sendable {
    /// The offset, line or column does not exist.
    case outOfBounds
    /// The offset lies within a character: between two surrogates or the bytes of one.
    case splitsCharacter
    /// The text is not UTF-8.
    case invalidUTF8
    /// The document or the client's clock would outgrow 32 bits.
    case tooLarge
    /// The root is a map or holds something else that has no offsets.
    case notText
}
