package import NIOCore
internal import Logging
private import SystemKit
private import Telemetry

/// A service with its server: the same for a process of its own and for tests.
package final class ServiceHost: Sendable {
    private let surroundings: ServiceSurroundings
    private let parts: ServiceParts
    private let server: HTTPServer
    private let credentials: CredentialWatch?

    /// Puts a server in front of the parts; nothing listens yet.
    package init(_ surroundings: ServiceSurroundings, _ parts: ServiceParts) {
        self.surroundings = surroundings
        self.parts = parts
        var routes = parts.routes
        OperationsRoutes(
            service: surroundings.service, health: surroundings.health, telemetry: surroundings.telemetry
        ).add(to: &routes)
        credentials = parts.routes.opensWebSockets
            ? CredentialWatch(client: surroundings.client, clock: surroundings.clock) : nil
        let responder = Responder(
            routes, verifier: surroundings.verifier, telemetry: surroundings.telemetry,
            clock: surroundings.clock, credentials: credentials, fallback: parts.fallback)
        server = HTTPServer(
            logger: surroundings.logger, connectionLimit: parts.connectionLimit,
            answersOnLoops: parts.answersOnLoops
        ) {
            responder.plan($0)
        }
    }

    /// Listens, and is ready from then on.
    /// - Returns: the addresses really bound.
    /// - Throws: what binding threw.
    package func listen(on addresses: [ListenAddress]) async throws -> [SocketAddress] {
        var bound: [SocketAddress] = []
        for address in addresses {
            if let address = try await server.listen(on: address) { bound.append(address) }
        }
        surroundings.health.becomeReady()
        surroundings.logger.info(
            "ready", metadata: ["addresses": "\(bound.map(\.description).joined(separator: " "))"])
        return bound
    }

    /// Answers unready, stops accepting, lets requests end within `grace`.
    package func drain(within grace: Duration) async {
        surroundings.health.startDraining()
        surroundings.logger.info("draining", metadata: ["connections": "\(server.connectionCount)"])
        await server.drain(within: grace)
    }

    /// Runs the work beside the requests until the task is cancelled.
    /// - Throws: what any of the work throws.
    package func runBackground() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for work in parts.background { group.addTask { try await work.run() } }
            if let credentials { group.addTask { try await credentials.run() } }
            // Not `waitForAll`, which hears of a failure only when all the others have ended too.
            for try await _ in group {}
            try await Self.pauseUntilCancelled()
        }
    }

    private static func pauseUntilCancelled() async throws {
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    /// Flushes and closes what the service has open; call it when nothing runs any more.
    package func close() async { await parts.close() }

    /// Open connections now.
    package var connectionCount: Int { server.connectionCount }
}
