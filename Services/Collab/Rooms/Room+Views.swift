internal import Contracts
internal import ServiceKit
internal import SystemKit

/// What others may see of a room.
extension Room {
    /// The document as lists show it.
    var summary: LiveDocument {
        state.withLock { state in
            .with {
                $0.name = key.document
                $0.sequence = state.records.count
                $0.bytes = state.bytes
                $0.connections = state.guests.count
                $0.updatedAt = state.records.last.map { Instant(milliseconds: $0.at.milliseconds) }
            }
        }
    }

    /// A part of the log.
    func page(after: Int, limit: Int) -> UpdatePage {
        let records = state.withLock { Array($0.records.dropFirst(after).prefix(limit + 1)) }
        var page = UpdatePage()
        page.items = records.prefix(limit).enumerated().map { index, record in
            .with {
                $0.sequence = after + index + 1
                $0.at = Instant(milliseconds: record.at.milliseconds)
                $0.userID = record.author
                $0.update = Base64.encode(record.update)
            }
        }
        page.nextAfter = records.count > limit ? after + limit : nil
        return page
    }

    /// Who is connected.
    var presence: PresenceList {
        let items = state.withLock { state in
            state.guests.sorted { $0.key < $1.key }.map { number, guest in
                Presence.with {
                    $0.userID = guest.identity.userID
                    $0.name = guest.identity.name
                    $0.role = guest.role
                    $0.connectedAt = Instant(milliseconds: guest.since.milliseconds)
                    $0.clientIDs = state.awareness.clients(of: number).map { Int(clamping: $0) }
                }
            }
        }
        return PresenceList(items: items)
    }

    /// Everybody in the room, to ask whether they still may be.
    var guests: [Int: Guest] { state.withLock { $0.guests } }

    /// What a guest may do has changed; nil sends them out.
    func setRole(_ role: Role?, of number: Int) {
        let guest = state.withLock { state in
            if let role { state.guests[number]?.role = role }
            return state.guests[number]
        }
        if role == nil { guest?.connection.close(.forbidden, "you are no member of this session any more") }
    }

    /// Closes the room for good if nobody has used it since `instant`.
    func closeIfIdle(since instant: Timestamp) -> Bool {
        state.withLock { state in
            guard state.guests.isEmpty, state.lastUse < instant else {
                return state.isOver && state.guests.isEmpty
            }
            state.isOver = true
            return true
        }
    }
}
