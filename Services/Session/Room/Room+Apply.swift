package import Contracts

extension Room {
    /// Takes an event in; every event that was decided fits.
    /// - Precondition: the event is the next one.
    package mutating func apply(_ event: SessionEvent) {
        precondition(event.sequence == version + 1, "events come without gaps")
        version = event.sequence
        updatedAt = event.at
        switch event.kind {
        case .created: create(event)
        case .changed:
            title = event.title ?? title
            language = event.language ?? language
        case .ended: state = .ended
        case .deleted: state = .deleted
        case .fileWritten: if let file = event.file { files[file.path] = file }
        case .fileDeleted: if let path = event.path { files[path] = nil }
        case .memberJoined, .memberChanged: if let member = event.member { members[member.userID] = member }
        case .memberLeft: if let member = event.member { members[member.userID] = nil }
        case .invited, .invitationRevoked:
            if let invitation = event.invitation { invitations[invitation.id] = invitation }
        case .runQueued, .run: break
        }
        if event.kind == .memberJoined, let used = event.invitation { invitations[used.id] = used }
    }

    private mutating func create(_ event: SessionEvent) {
        createdAt = event.at
        title = event.title ?? title
        language = event.language
        guard let owner = event.member else { return }
        ownerID = owner.userID
        members[owner.userID] = owner
    }
}
