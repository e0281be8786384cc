internal import Contracts
internal import ServiceKit
internal import SystemKit

/// Hears which sign-ins and users are no longer good, and ends their connections.
struct RevocationWatch: Sendable {
    let client: FleetClient
    let rooms: RoomRegistry
    let clock: WallClock

    /// Asks the auth service again and again until cancelled.
    func run() async throws {
        // What was revoked before this service began is history: the gateway has let in who is here since.
        var place: Int?
        while true {
            try await Task.sleep(for: .seconds(1))
            let feed = await ignoring("what is revoked meanwhile is read when the auth service is back") {
                var options = CallOptions(deadline: clock.now() + .seconds(2))
                options.query["after"] = "\(place ?? 0)"
                return try await client.call(AuthEndpoints.revocations, options)
            }
            guard let feed else { continue }
            if place != nil, !feed.items.isEmpty { await apply(feed.items) }
            place = feed.next
        }
    }

    private func apply(_ revocations: [Revocation]) async {
        let signIns = Set(revocations.compactMap(\.signInID))
        let users = Set(revocations.compactMap(\.userID))
        let now = clock.now().milliseconds
        for room in await rooms.all {
            room.execute { room in
                room.revoke { identity in
                    if let signIn = identity.signInID, signIns.contains(signIn) { return true }
                    // Who has signed in anew since is meant no more.
                    return users.contains(identity.userID) && Int64(identity.issuedAtMilliseconds) + 999 < now
                }
            }
        }
    }
}
