package import Contracts
private import ServiceKit

/// An auth service that revokes what it is told to, and does nothing else.
package struct RevokingAuth: Sendable {
    /// The TCP port on 127.0.0.1.
    package let port: Int
    private let revocations: AsyncStream<Revocation>.Continuation

    /// Runs it while `body` uses it.
    package static func open<Result: Sendable>(
        _ body: (RevokingAuth) async throws -> Result
    ) async throws -> Result {
        let (feed, revocations) = AsyncStream.makeStream(of: Revocation.self)
        return try await withService(.auth, build: { _ in parts(feed) }) { auth in
            try await body(RevokingAuth(port: auth.port, revocations: revocations))
        }
    }

    /// Revokes something; one follower hears of it.
    package func revoke(_ fill: (inout Revocation) -> Void) { revocations.yield(.with(fill)) }

    private static func parts(_ feed: AsyncStream<Revocation>) -> ServiceParts {
        var routes = Routes()
        routes.events(on: AuthEndpoints.revocations) { _, stream in
            try await stream.send(RevocationFeed())
            for await revocation in feed { try await stream.send(.with { $0.items = [revocation] }) }
        }
        return ServiceParts(routes)
    }
}
