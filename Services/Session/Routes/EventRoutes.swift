internal import Contracts
internal import Messaging
internal import ServiceKit

extension SessionService {
    func addEventRoutes(to routes: inout Routes) {
        routes.raw(on: SessionEndpoints.events) { call in
            let id: SessionID = try call.path("session_id")
            let user = try call.identity.userID
            _ = try await sessions.room(id, for: user)
            let after = try call.lastEventID() ?? call.query("after", in: 0...Int.max) ?? 0
            if call.header("Accept")?.contains("text/event-stream") == true {
                return .events { stream in
                    try await stream.whileTokenLasts(of: call) {
                        try await follow(id, by: user, after: after, stream)
                    }
                }
            }
            let slice = try await sessions.events(of: id, after: after, limit: try call.pageLimit())
            let next = slice.hasMore ? slice.elements.last.map { "\($0.sequence)" } : nil
            return .json(Page(items: slice.elements, nextCursor: next))
        }
        routes.events(on: SessionEndpoints.runEvents) { call in
            let id: RunID = try call.path("run_id")
            return (try await runs.run(id, for: call.identity.userID), try call.lastEventID() ?? 0)
        } _: { call, start, stream in
            let (run, after) = start
            let follower = Follower(after: after, bus: runs.bus.subscribe(to: run.id)) {
                $0.sequence
            } read: {
                try await runs.events(of: run, after: $0, limit: Limits.followPage)
            }
            try await stream.whileTokenLasts(of: call) {
                try await follower.follow { event in
                    try await stream.send(event, id: event.sequence, name: event.kind.rawValue)
                    return event.kind != .finished
                }
            }
        }
    }

    /// Sends a session's events until the reader is gone, or is no member any more.
    private func follow(
        _ id: SessionID, by user: UserID, after: Int, _ stream: EventStream<SessionEvent>
    ) async throws {
        let follower = Follower(after: after, bus: sessions.bus.subscribe(to: id)) {
            $0.sequence
        } read: {
            try await sessions.events(of: id, after: $0, limit: Limits.followPage)
        }
        try await stream.keepingAlive {
            try await follower.follow { event in
                try await stream.send(event, id: event.sequence, name: event.kind.rawValue)
                return !event.excludes(user)
            }
        }
    }
}

extension SessionEvent {
    /// Whether the user may see nothing that comes after it.
    fileprivate func excludes(_ user: UserID) -> Bool {
        kind == .deleted || (kind == .memberLeft && member?.userID == user)
    }
}
