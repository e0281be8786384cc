/// What an update has done to a document.
package struct Outcome: Equatable, Sendable {
    /// What others have to hear of.
    package enum News: Equatable, Sendable {
        /// Everything was known already, or waits.
        case nothing
        /// The update as it came says it all: forward the same bytes.
        case original
        /// These bytes: parts were known, or structs that had waited came in with it.
        case encoded([UInt8])
    }

    /// What to send on.
    package let news: News
    /// Whether the document waits for something after this update.
    package let isPending: Bool

    /// Whether the document is another one now.
    package var changed: Bool { news != .nothing }
}
