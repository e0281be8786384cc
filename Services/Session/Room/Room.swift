package import Contracts

/// A session as its events make it: a pure value, the same whether folded from the first event or read from
/// its tables.
package struct Room: Equatable, Sendable {
    /// The session's name.
    package let id: SessionID
    /// The number of events so far.
    package var version = 0
    /// Its name for people.
    package var title = DisplayName.zero
    /// Its main language.
    package var language: LanguageID?
    /// Where it stands.
    package var state = SessionState.active
    /// Who made it.
    package var ownerID = UserID.zero
    /// When it was made.
    package var createdAt = Instant.zero
    /// When something last happened in it.
    package var updatedAt = Instant.zero
    /// Who is in it.
    package var members: [UserID: Member] = [:]
    /// What lies in it.
    package var files: [SourcePath: FileEntry] = [:]
    /// Ways into it.
    package var invitations: [InvitationID: Invitation] = [:]

    /// A session in which nothing has happened, not even its creation.
    package init(id: SessionID) { self.id = id }

    /// The session that a list of events makes.
    package init(id: SessionID, folding events: some Sequence<SessionEvent>) {
        self.init(id: id)
        for event in events { apply(event) }
    }

    /// Bytes of all files.
    package var bytes: Int { files.values.reduce(0) { $0 + $1.bytes } }

    /// Refuses what `user` may not do; reading goes on after the end, nothing does after deletion.
    package func allow(_ deed: Deed, to user: UserID) throws(Refusal) {
        guard state != .deleted, let role = members[user]?.role else { throw .noSession }
        guard role.may(deed) else { throw .notAllowed(role, deed) }
        if state == .ended && deed != .read { throw .ended }
    }

    /// The session as it travels, seen by one of its members.
    package func seen(by user: UserID) -> Session {
        .with {
            $0.id = id
            $0.title = title
            $0.state = state
            $0.language = language
            $0.ownerID = ownerID
            $0.yourRole = members[user]?.role
            $0.version = version
            $0.createdAt = createdAt
            $0.updatedAt = updatedAt
            $0.files = files.count
            $0.bytes = bytes
        }
    }
}
