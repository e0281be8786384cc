package import Contracts
private import ServiceKit

/// What somebody wants a session to do.
package enum RoomCommand: Sendable {
    /// Change title or language.
    case change(SessionPatch, ifMatch: String?)
    /// End it.
    case end
    /// Delete it.
    case delete(ifMatch: String?)
    /// Write a file.
    case write(FileEntry, ifMatch: String?)
    /// Let a file's stored copy follow its live document; whoever wrote there was allowed to.
    case follow(FileEntry)
    /// Delete a file.
    case erase(SourcePath, ifMatch: String?)
    /// Give a member another role.
    case grant(GrantedRole, to: UserID)
    /// Remove a member.
    case remove(UserID)
    /// Make an invitation.
    case invite(Invitation)
    /// Call an invitation back.
    case revoke(InvitationID)
    /// Join by an invitation.
    case accept(InvitationID, as: DisplayName)
    /// Queue a run.
    case queueRun(RunID)
}

extension Room {
    /// The events that a command makes, or why it is refused; nothing changes yet.
    package func decide(
        _ command: RoomCommand, by actor: UserID, at now: Instant
    ) throws(Refusal) -> [SessionEvent] {
        let drafts =
            switch command {
            case .change(let patch, let ifMatch): try change(patch, ifMatch, actor)
            case .end: try end(actor)
            case .delete(let ifMatch): try delete(ifMatch, actor)
            case .write(let file, let ifMatch): try write(file, ifMatch, actor)
            case .follow(let file): follow(file)
            case .erase(let path, let ifMatch): try erase(path, ifMatch, actor)
            case .grant(let role, let user): try grant(role, user, actor)
            case .remove(let user): try remove(user, actor)
            case .invite(let invitation): try invite(invitation, now, actor)
            case .revoke(let id): try revoke(id, actor)
            case .accept(let id, let name): try accept(id, name, now, actor)
            case .queueRun(let run): try queue(run, actor)
            }
        return numbered(drafts, by: actor, at: now)
    }

    /// The first event of a session, made from a draft.
    package func created(from draft: SessionDraft, by owner: Member, at now: Instant) -> [SessionEvent] {
        let title = draft.title ?? .untitled
        return numbered(
            [
                .of(.created) {
                    $0.title = title
                    $0.language = draft.language
                    $0.member = owner
                }
            ], by: owner.userID, at: now)
    }

    /// Events with the numbers that come next.
    package func numbered(
        _ drafts: [SessionEvent], by actor: UserID?, at now: Instant
    ) -> [SessionEvent] {
        drafts.enumerated().map { index, draft in
            var event = draft
            event.sequence = version + 1 + index
            event.at = now
            event.actorID = actor
            return event
        }
    }

    private func change(
        _ patch: SessionPatch, _ ifMatch: String?, _ actor: UserID
    ) throws(Refusal) -> [SessionEvent] {
        try allow(.edit, to: actor)
        try match(ifMatch, "\(version)")
        let isSame = (patch.title ?? title) == title && (patch.language ?? language) == language
        if isSame { return [] }
        return [
            .of(.changed) {
                $0.title = patch.title
                $0.language = patch.language
            }
        ]
    }

    private func end(_ actor: UserID) throws(Refusal) -> [SessionEvent] {
        try allow(.own, to: actor)
        return [.of(.ended) { _ in }]
    }

    private func delete(_ ifMatch: String?, _ actor: UserID) throws(Refusal) -> [SessionEvent] {
        try allow(.read, to: actor)
        guard let role = members[actor]?.role, role.may(.own) else { throw .notAllowed(.viewer, .own) }
        try match(ifMatch, "\(version)")
        return [.of(.deleted) { _ in }]
    }

    private func write(
        _ file: FileEntry, _ ifMatch: String?, _ actor: UserID
    ) throws(Refusal) -> [SessionEvent] {
        try allow(.edit, to: actor)
        let old = files[file.path]
        try match(ifMatch, old?.digest.text)
        if old == nil && files.count >= Limits.files {
            throw .full("a session holds at most \(Limits.files) files")
        }
        guard bytes - (old?.bytes ?? 0) + file.bytes <= ContractLimits.sessionBytes else {
            throw .full("the files of a session have at most \(ContractLimits.sessionBytes) bytes together")
        }
        if let old, old.digest == file.digest, old.encoding == file.encoding { return [] }
        try keepTree(with: file.path)
        return [.of(.fileWritten) { $0.file = file }]
    }

    /// What was written into a document is part of the session, whatever it is now and however full.
    private func follow(_ file: FileEntry) -> [SessionEvent] {
        guard state != .deleted, let old = files[file.path], old.digest != file.digest else { return [] }
        return [.of(.fileWritten) { $0.file = file }]
    }

    /// A path cannot be a file and a directory at once.
    private func keepTree(with path: SourcePath) throws(Refusal) {
        let clash = files.keys.first { other in
            other.text.hasPrefix(path.text + "/") || path.text.hasPrefix(other.text + "/")
        }
        if let clash {
            throw .clash("\(path.text) cannot lie beside \(clash.text): one would contain the other")
        }
    }

    private func erase(
        _ path: SourcePath, _ ifMatch: String?, _ actor: UserID
    ) throws(Refusal) -> [SessionEvent] {
        try allow(.edit, to: actor)
        guard let old = files[path] else { throw .noFile(path) }
        try match(ifMatch, old.digest.text)
        return [.of(.fileDeleted) { $0.path = path }]
    }

    private func queue(_ run: RunID, _ actor: UserID) throws(Refusal) -> [SessionEvent] {
        try allow(.run, to: actor)
        return [.of(.runQueued) { $0.runID = run }]
    }

    private func match(_ list: String?, _ current: String?) throws(Refusal) {
        guard let list else { return }
        guard let current, EntityTag(current).isNamed(by: list) else { throw .changedMeanwhile(current) }
    }
}

extension SessionEvent {
    /// An event of a kind, not yet numbered.
    package static func of(_ kind: Kind, _ fill: (inout SessionEvent) -> Void) -> SessionEvent {
        .with {
            $0.kind = kind
            fill(&$0)
        }
    }
}
