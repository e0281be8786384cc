internal import CRDTCore

/// A document as it lies in a snapshot: the engine's columns.
enum DocumentSnapshot {
    /// The document of a snapshot, an empty one without.
    /// - Throws: `UpdateFault` for bytes that are no snapshot.
    static func open(_ snapshot: [UInt8]?, client: UInt64) throws(UpdateFault) -> Document {
        guard let snapshot else { return Document(client: client) }
        return try Document(client: client, snapshot: snapshot.span)
    }
}
