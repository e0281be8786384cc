internal import Contracts

extension Room {
    func grant(_ role: GrantedRole, _ user: UserID, _ actor: UserID) throws(Refusal) -> [SessionEvent] {
        try allow(.own, to: actor)
        guard var member = members[user] else { throw .noMember }
        guard member.role != .owner else { throw .ownerStays }
        if member.role == role.role { return [] }
        member.role = role.role
        return [.of(.memberChanged) { $0.member = member }]
    }

    /// Everybody may leave, but the owner; the owner may remove everybody else.
    func remove(_ user: UserID, _ actor: UserID) throws(Refusal) -> [SessionEvent] {
        try allow(.read, to: actor)
        if user != actor, let role = members[actor]?.role, !role.may(.own) { throw .notAllowed(role, .own) }
        guard let member = members[user] else { throw .noMember }
        guard member.role != .owner else { throw .ownerStays }
        return [.of(.memberLeft) { $0.member = member }]
    }

    func invite(_ invitation: Invitation, _ now: Instant, _ actor: UserID) throws(Refusal) -> [SessionEvent] {
        try allow(.own, to: actor)
        let open = invitations.values.count { $0.isOpen(at: now) }
        guard open < Limits.openInvitations else {
            throw .full("a session has at most \(Limits.openInvitations) open invitations")
        }
        return [.of(.invited) { $0.invitation = invitation }]
    }

    func revoke(_ id: InvitationID, _ actor: UserID) throws(Refusal) -> [SessionEvent] {
        try allow(.read, to: actor)
        if let role = members[actor]?.role, !role.may(.own) { throw .notAllowed(role, .own) }
        guard var invitation = invitations[id] else { throw .noInvitation }
        if invitation.isRevoked { return [] }
        invitation.isRevoked = true
        return [.of(.invitationRevoked) { $0.invitation = invitation }]
    }

    /// Joining twice changes nothing and uses nothing up.
    func accept(
        _ id: InvitationID, _ name: DisplayName, _ now: Instant, _ actor: UserID
    ) throws(Refusal) -> [SessionEvent] {
        guard state != .deleted, var invitation = invitations[id] else { throw .noInvitation }
        if members[actor] != nil { return [] }
        guard state == .active else { throw .ended }
        guard invitation.isOpen(at: now) else { throw .invitationOver }
        guard members.count < Limits.members else {
            throw .full("a session has at most \(Limits.members) members")
        }
        invitation.uses += 1
        let member = Member.with {
            $0.userID = actor
            $0.name = name
            $0.role = invitation.role.role
            $0.joinedAt = now
        }
        return [
            .of(.memberJoined) {
                $0.member = member
                $0.invitation = invitation
            }
        ]
    }
}

extension Invitation {
    /// Whether it can be accepted.
    func isOpen(at now: Instant) -> Bool { !isRevoked && uses < maxUses && now < expiresAt }
}
