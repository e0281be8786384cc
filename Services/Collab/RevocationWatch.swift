internal import Contracts
internal import ServiceKit
internal import SystemKit

/// Hears which tokens, sign-ins and users are no longer good, and ends their connections.
struct RevocationWatch: Sendable {
    let client: FleetClient
    let rooms: RoomRegistry
    let clock: WallClock

    /// Follows what the auth service revokes until cancelled; when that is away, goes on where it was.
    func run() async throws {
        // What was revoked before this service began is history: the gateway has let in who is here since.
        var place: Int?
        while true {
            await ignoring("what is revoked meanwhile is told when the auth service is back") {
                var options = CallOptions()
                if let place { options.query["after"] = "\(place)" }
                try await client.events(AuthEndpoints.revocations, options) { feeds in
                    for try await feed in feeds {
                        place = feed.value.next
                        if !feed.value.items.isEmpty { await apply(feed.value.items) }
                    }
                }
            }
            try await Task.sleep(for: .milliseconds(Limits.revocationRetryMilliseconds))
        }
    }

    private func apply(_ revocations: [Revocation]) async {
        let tokens = Set(revocations.compactMap(\.personalTokenID))
        let signIns = Set(revocations.compactMap(\.signInID))
        let users = Set(revocations.compactMap(\.userID))
        let now = clock.now().milliseconds
        for room in await rooms.all {
            room.execute { room in
                room.revoke { identity in
                    if let token = identity.personalTokenID, tokens.contains(token) { return true }
                    if let signIn = identity.signInID, signIns.contains(signIn) { return true }
                    // Who has signed in anew since is meant no more.
                    return users.contains(identity.userID) && Int64(identity.issuedAtMilliseconds) + 999 < now
                }
            }
        }
    }
}
