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
    /// What was revoked behind a place in the feed; 0 at first.
    func revocations(after place: Int) async throws -> RevocationFeed
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

    /// What was revoked behind a place in the feed.
    package func revocations(after place: Int) async throws -> RevocationFeed {
        try await unrecorded {
            try await client.call(AuthEndpoints.revocations, CallOptions(query: ["after": "\(place)"]))
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
