internal import Contracts
internal import Credentials
internal import SystemKit

/// Ends what outlives its request when the token that it began with ends: at the time that the token says, or
/// as soon as the auth service tells that it, its sign-in or its user is no longer good.
///
/// Every `ServerResponse.webSocket` is in it, and `WebSocketReceiver.credentialEnded` may still say
/// something; event streams are in it by `EventStream.whileTokenLasts`.
package final class CredentialWatch: Sendable {
    private struct Visitor {
        let identity: Identity
        let dismiss: @Sendable (String) -> Void

        var end: Int64 { identity.credentialExpiresAtMilliseconds.map(Int64.init) ?? .max }
    }

    private struct State {
        var visitors: [Int: Visitor] = [:]
        var lastNumber = 0
        /// No token ends before, in milliseconds since the Unix epoch.
        var nextEnd = Int64.max
    }

    private let client: FleetClient
    private let clock: WallClock
    private let revoked = RevocationList()
    private let state = Locked(State())

    /// A watch that hears of revocations from the auth service that `client` reaches.
    init(client: FleetClient, clock: WallClock) {
        self.client = client
        self.clock = clock
    }

    /// Calls `dismiss` with the reason, perhaps more than once, when a token ends before `leave`; at once if
    /// it has just been revoked.
    /// - Returns: a number, for `leave`.
    func enter(_ identity: Identity, dismiss: @escaping @Sendable (String) -> Void) -> Int {
        let visitor = Visitor(identity: identity, dismiss: dismiss)
        let number = state.withLock { state in
            state.lastNumber += 1
            state.visitors[state.lastNumber] = visitor
            state.nextEnd = min(state.nextEnd, visitor.end)
            return state.lastNumber
        }
        // Behind the entry: what is heard from now on looks there.
        if revoked.covers(identity) { dismiss(Self.wasRevoked) }
        return number
    }

    /// What was watched over has ended.
    func leave(_ number: Int) { state.withLock { _ = $0.visitors.removeValue(forKey: number) } }

    /// Runs `body` until it ends, or the token does.
    /// - Returns: why the token ended, nil if it did not.
    func whileGood(
        _ identity: Identity, _ body: @escaping @Sendable () async throws -> Void
    ) async throws -> String? {
        let (reasons, reason) = AsyncStream.makeStream(of: String.self)
        let number = enter(identity) { reason.yield($0) }
        defer { leave(number) }
        return try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                try await body()
                return nil
            }
            group.addTask {
                for await reason in reasons { return reason }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    /// Follows time and revocations until cancelled.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.followTime() }
            group.addTask { try await self.followRevocations() }
            try await group.next()
        }
    }

    private static let wasRevoked = "the token was revoked"

    private func followTime() async throws {
        while true {
            try await Task.sleep(for: .seconds(1))
            let now = clock.now().milliseconds
            let ended = state.withLock { state -> [Visitor] in
                guard state.nextEnd <= now else { return [] }
                state.nextEnd = state.visitors.values.lazy.map(\.end).filter { $0 > now }.min() ?? .max
                return state.visitors.values.filter { $0.end <= now }
            }
            for visitor in ended { visitor.dismiss("the token has expired") }
        }
    }

    /// When the auth service is away, it goes on where it was.
    private func followRevocations() async throws {
        // What was revoked before this service began is history: the gateway has let in who is here since.
        var place: Int?
        while true {
            await ignoring("what is revoked meanwhile is told when the auth service is back") {
                var options = CallOptions()
                if let place { options.query["after"] = "\(place)" }
                try await client.events(AuthEndpoints.revocations, options) { feeds in
                    for try await feed in feeds {
                        place = feed.value.next
                        apply(feed.value.items)
                    }
                }
            }
            try await Task.sleep(for: .milliseconds(Limits.revocationRetryMilliseconds))
        }
    }

    private func apply(_ revocations: [Revocation]) {
        guard !revocations.isEmpty else { return }
        revoked.add(revocations, heardAt: clock.now().milliseconds)
        let visitors = state.withLock { Array($0.visitors.values) }
        for visitor in visitors where revoked.covers(visitor.identity) {
            visitor.dismiss(Self.wasRevoked)
        }
    }
}
