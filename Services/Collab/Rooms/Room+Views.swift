internal import CRDTCore
internal import Contracts
internal import NIOCore
internal import ServiceKit
internal import SystemKit

/// What others may see of a room.
extension Room {
    /// The document as lists show it.
    var summary: LiveDocument {
        .with {
            $0.name = key.document
            $0.sequence = durable
            $0.bytes = log.totalBytes
            $0.connections = guests.count
            $0.updatedAt = updatedAt.map { Instant(milliseconds: $0.milliseconds) }
        }
    }

    /// Who is connected.
    var presence: PresenceList {
        PresenceList(
            items: guests.values.sorted { $0.number < $1.number }.map { guest in
                .with {
                    $0.userID = guest.identity.userID
                    $0.name = guest.identity.name
                    $0.role = guest.role
                    $0.connectedAt = Instant(milliseconds: guest.since.milliseconds)
                    $0.clientIDs = awareness.clients(of: guest.number).map { Int(clamping: $0) }
                }
            })
    }

    /// Everybody in the room, to ask whether they still may be.
    var visitors: [(number: Int, identity: Identity, role: Role)] {
        guests.values.map { ($0.number, $0.identity, $0.role) }
            + followers.map { ($0.key, $0.value.identity, .viewer) }
    }

    /// The text of a root, as it is.
    func text(_ root: String = "content") -> DocumentText {
        var text = DocumentText()
        text.name = key.document
        text.sequence = sequence
        if let root = document.existingRoot(Array(root.utf8).span) {
            text.text = String(decoding: document.text(root), as: UTF8.self)
            text.utf16Units = document.utf16Count(root)
        }
        return text
    }

    /// Whether nobody has used the room since `instant`.
    func isIdle(since instant: Timestamp) -> Bool {
        guests.isEmpty && followers.isEmpty && waiting.isEmpty && durable == sequence && batch.isEmpty
            && !log.isCompacting && lastUse < instant
    }

    /// Closes the room for good if nobody has used it since `instant`; what a next opening would have to
    /// replay goes into a snapshot.
    ///
    /// - Returns: whether it is closed.
    func closeIfIdle(since instant: Timestamp) -> EventLoopFuture<Bool> {
        if isOver { return loop.makeSucceededFuture(guests.isEmpty) }
        guard isIdle(since: instant) else { return loop.makeSucceededFuture(false) }
        guard log.bytes > Limits.closingCompactionBytes else {
            isOver = true
            return loop.makeSucceededFuture(true)
        }
        let compacted = compact()
        isOver = true
        return compacted.map { true }
    }
}
