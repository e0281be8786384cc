package import Contracts
package import ServiceKit
private import Telemetry
private import Tracing

/// What the gateway asks the auth service; a seam, so that tests can play its part.
package protocol TokenAuthority: Sendable {
    /// The keys that sign access tokens.
    func publishedKeys() async throws -> JSONWebKeySet
    /// What is known about a personal token now.
    func introspect(_ token: String) async throws -> Introspection
    /// Tells what was revoked behind a place in the feed, 0 at first, and then what is, as it happens.
    /// - Throws: that the feed has broken off.
    func followRevocations(after place: Int, _ hear: @Sendable (RevocationFeed) -> Void) async throws
}

/// The auth service of the fleet.
package struct FleetTokenAuthority: TokenAuthority {
    private let client: FleetClient

    /// Asks the auth service that `client` reaches.
    package init(_ client: FleetClient) { self.client = client }

    /// The keys that sign access tokens.
    package func publishedKeys() async throws -> JSONWebKeySet {
        try await unrecorded { try await client.call(AuthEndpoints.keys, CallOptions()) }
    }

    /// What is known about a personal token now.
    package func introspect(_ token: String) async throws -> Introspection {
        try await client.call(AuthEndpoints.introspect, IntrospectionRequest(token: token), CallOptions())
    }

    /// Tells what was revoked behind a place in the feed, and then what is, as it happens.
    package func followRevocations(
        after place: Int, _ hear: @Sendable (RevocationFeed) -> Void
    ) async throws {
        try await unrecorded {
            let options = CallOptions(query: ["after": "\(place)"])
            try await client.events(AuthEndpoints.revocations, options) { feeds in
                for try await feed in feeds { hear(feed.value) }
            }
        }
    }

    /// Runs what is done all the time outside of any trace: it would push out the traces that tell something.
    private func unrecorded<Result: Sendable>(
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        var context = ServiceContext.topLevel
        context.traceContext = .root(isSampled: false)
        return try await ServiceContext.withValue(context) { try await body() }
    }
}
