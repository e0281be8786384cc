package import Contracts
private import NIOCore
package import NIOHTTP1
package import ServiceKit

/// How requests reach the services. The seam behind which a byte-forwarding path may take over.
package protocol UpstreamTransport: Sendable {
    /// Sends a request; the answer's head is there when this returns, its body follows.
    /// - Throws: `PeerFailure` when there is no answer.
    func send(_ request: ClientRequest, to service: ServiceName) async throws -> UpstreamAnswer
    /// Sends an upgrade request.
    /// - Throws: `PeerFailure` when there is no answer.
    func upgrade(_ request: ClientRequest, to service: ServiceName) async throws -> UpgradeOutcome
}

/// An answer whose body is still on the way.
package struct UpstreamAnswer: Sendable {
    /// Status and header fields.
    package let head: HTTPResponseHead
    /// The body, with back-pressure.
    package let body: ByteStream
    /// Drops what is left of it; call it exactly once.
    package let finish: @Sendable () -> Void

    /// An answer.
    package init(head: HTTPResponseHead, body: ByteStream, finish: @escaping @Sendable () -> Void) {
        self.head = head
        self.body = body
        self.finish = finish
    }
}

/// Reaches the services through the fleet's client: pooled connections over Unix sockets or loopback, a
/// breaker, one repetition of what may be repeated.
package struct PeerTransport: UpstreamTransport {
    private let client: FleetClient

    /// Reaches what `client` reaches.
    package init(_ client: FleetClient) { self.client = client }

    /// Sends a request.
    package func send(_ request: ClientRequest, to service: ServiceName) async throws -> UpstreamAnswer {
        let started = try await client.peer(service).begin(request)
        return UpstreamAnswer(head: started.response.head, body: started.response.body) { started.finish() }
    }

    /// Sends an upgrade request.
    package func upgrade(_ request: ClientRequest, to service: ServiceName) async throws -> UpgradeOutcome {
        try await client.peer(service).upgrade(request)
    }
}
