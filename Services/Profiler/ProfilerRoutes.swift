internal import Contracts
private import NIOHTTP1
internal import ServiceKit

/// Decodes, calls, encodes.
struct ProfilerRoutes: Sendable {
    let service: ProfilerService

    func add(to routes: inout Routes) {
        let service = service
        routes.reply(to: ProfilerEndpoints.create) { try await create($0) }
        routes.on(ProfilerEndpoints.list) { call in
            let cursor = try Self.place(of: call)
            return try await service.list(
                of: try call.identity.userID, before: cursor, limit: try call.pageLimit())
        }
        routes.on(ProfilerEndpoints.get) { call in
            try await service.profile(try call.path("profile_id"), of: try call.identity.userID)
        }
        routes.on(ProfilerEndpoints.timeline) { call in
            let points = try call.query("points", in: 2...10_000) ?? 10_000
            return try await service.timeline(
                of: try call.path("profile_id"), owner: try call.identity.userID, points: points)
        }
        routes.events(on: ProfilerEndpoints.live, prepare: Self.prepareLive(service)) { _, start, stream in
            try await stream.keepingAlive {
                try await service.follow(start.id, after: start.after) { sample in
                    try await stream.send(sample, id: sample.atMicroseconds, name: "usage")
                }
            }
        }
    }

    private func create(_ call: Call<ProfileRequest>) async throws -> Reply<Profile> {
        let (profile, isNew) = try await service.create(call.body, for: call)
        let location = "/v1/profiles/\(profile.id.text)"
        if let wait = call.preferredWait() {
            let settled = try await service.wait(for: profile.id, of: try call.identity.userID, atMost: wait)
            if settled.state != .recording { return Reply(settled, status: 200) }
        }
        let isReplayed = try !isNew && call.idempotencyKey() != nil
        return Reply(
            profile, status: 202,
            headers: isReplayed
                ? ["Location": location, "Idempotent-Replayed": "true"] : ["Location": location])
    }

    private static func place(of call: Call<Nothing>) throws(Problem) -> ProfileID? {
        guard let text = call.query(text: "cursor") else { return nil }
        do throws(WireFault) {
            return try ProfileID(text)
        } catch {
            throw Problem(.notFound, "query/cursor: there is no such page")
        }
    }

    /// Where a follower starts.
    private struct LiveStart: Sendable {
        let id: ProfileID
        let after: Int
    }

    private static func prepareLive(
        _ service: ProfilerService
    ) -> @Sendable (Call<Nothing>) async throws -> LiveStart {
        { call in
            let id: ProfileID = try call.path("profile_id")
            _ = try await service.profile(id, of: try call.identity.userID)
            return LiveStart(id: id, after: try call.lastEventID() ?? -1)
        }
    }
}
