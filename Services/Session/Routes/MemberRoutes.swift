internal import Contracts
internal import ServiceKit

extension SessionService {
    func addMemberRoutes(to routes: inout Routes) {
        routes.reply(to: SessionRoomEndpoints.listMembers) { call in
            let room = try await sessions.room(call.path("session_id"), for: call.identity.userID)
            let members = room.members.values.sorted { $0.order < $1.order }
            let behind = try Cursor.key(of: call, as: UserID.self).flatMap { room.members[$0]?.order }
            let rest = members.filter { member in behind.map { member.order > $0 } ?? true }
            return Slice(rest, limit: try call.pageLimit()).page(of: call) { $0.userID.text }
        }
        routes.on(SessionRoomEndpoints.patchMember) { call in
            let user: UserID = try call.path("user_id")
            let command = RoomCommand.grant(call.body.role, to: user)
            let room = try await sessions.perform(
                command, in: call.path("session_id"), by: call.identity.userID
            ).room
            guard let member = room.members[user] else { throw Refusal.noMember }
            return member
        }
        routes.on(SessionRoomEndpoints.deleteMember) { call in
            let command = RoomCommand.remove(try call.path("user_id"))
            try await sessions.perform(command, in: call.path("session_id"), by: call.identity.userID)
            return Nothing()
        }
    }

    func addInvitationRoutes(to routes: inout Routes) {
        routes.reply(to: SessionRoomEndpoints.invite) { call in
            let id: SessionID = try call.path("session_id")
            let user = try call.identity.userID
            return try await once(call) { ticket in
                Reply(try await invitations.make(call.body, in: id, by: user, ticket))
            } replay: { answer in
                let made = try await sessions.room(id, for: user, .own).invitations.values
                guard let invitation = made.first(where: { $0.id.text == answer.resource }) else {
                    throw Refusal.noInvitation
                }
                return Reply(invitations.withToken(invitation), status: answer.status)
            }
        }
        routes.reply(to: SessionRoomEndpoints.listInvitations) { call in
            let room = try await sessions.room(call.path("session_id"), for: call.identity.userID)
            try room.allowOwner(call.identity.userID)
            let behind = try Cursor.key(of: call, as: InvitationID.self)
            let rest = room.invitations.values.filter { item in behind.map { item.id.text > $0.text } ?? true
            }
            let sorted = rest.sorted { $0.id.text < $1.id.text }
            return Slice(sorted, limit: try call.pageLimit()).page(of: call) { $0.id.text }
        }
        routes.on(SessionRoomEndpoints.revoke) { call in
            let command = RoomCommand.revoke(try call.path("invitation_id"))
            try await sessions.perform(command, in: call.path("session_id"), by: call.identity.userID)
            return Nothing()
        }
        routes.reply(to: SessionRoomEndpoints.accept) { call in
            let identity = try call.identity
            return try await onceForSession(call) { ticket in
                try await invitations.accept(call.path("token"), by: identity, ticket)
            }
        }
    }
}

extension Member {
    /// The owner first, the others in the order in which they came.
    fileprivate var order: String { "\(role == .owner ? 0 : 1) \(joinedAt.text) \(userID.text)" }
}

extension Room {
    /// Refuses everybody but the owner, also when the session has ended.
    func allowOwner(_ user: UserID) throws(Refusal) {
        if let role = members[user]?.role, !role.may(.own) { throw .notAllowed(role, .own) }
    }
}
