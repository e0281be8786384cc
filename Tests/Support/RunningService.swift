package import Contracts
private import Credentials
private import Logging
private import NIOCore
package import ServiceKit
package import SystemKit
private import Telemetry

/// A service inside the test's process, behind real sockets on a port that the kernel chose.
package struct RunningService: Sendable {
    /// The TCP port on 127.0.0.1.
    package let port: Int
    /// Typed calls to it, with identities it believes.
    package let client: FleetClient
    /// What it was built from.
    package let surroundings: ServiceSurroundings
    /// The host, for what no client can see.
    package let host: ServiceHost

    /// A key that all services of a test share.
    package static let key = String(repeating: "5c", count: 32)

    /// Signs as the gateway does.
    fileprivate static var gateway: IdentitySigner {
        let root = Secret([UInt8](repeating: 0x5c, count: 32))
        return IdentitySigner(IdentityKeys(of: .gateway, root: root))
    }

    /// The signed identity of a user, as the gateway would state it.
    package func statement(of identity: Identity) -> String {
        Self.gateway.sign(identity, to: surroundings.service, now: surroundings.clock.now()) ?? ""
    }
}

/// Runs a service while `body` talks to it.
///
/// - Parameters:
///   - environment: more settings; `CODECOLLAB_HOME` should be a `TemporaryDirectory` when the service
///     writes.
///   - peers: ports of other services that run in the same test.
package func withService<Result: Sendable>(
    _ name: ServiceName, environment: [String: String] = [:], peers: [ServiceName: Int] = [:],
    clock: WallClock = .system, build: (ServiceSurroundings) async throws -> ServiceParts,
    _ body: (RunningService) async throws -> Result
) async throws -> Result {
    var settings = environment
    settings[IdentityHeader.rootVariable] = RunningService.key
    for (peer, port) in peers {
        settings["CODECOLLAB_\(peer.rawValue.uppercased())_URL"] = "http://127.0.0.1:\(port)"
    }
    var quiet = TelemetryConfiguration()
    quiet.logLevel = environment["LOG_LEVEL"] == "debug" ? .debug : .critical
    let surroundings = try ServiceSurroundings(
        Configuration(service: name, environment: settings),
        telemetry: Telemetry(service: name.rawValue, configuration: quiet), clock: clock)
    let host = ServiceHost(surroundings, try await build(surroundings))
    let bound = try await host.listen(on: [.tcp(host: "127.0.0.1", port: 0)])
    let port = bound.first?.port ?? 0
    let client = FleetClient(
        addresses: [name: .tcp(host: "127.0.0.1", port: port)], signer: RunningService.gateway,
        telemetry: surroundings.telemetry, clock: clock)
    let service = RunningService(port: port, client: client, surroundings: surroundings, host: host)
    return try await run(service, body)
}

private func run<Result: Sendable>(
    _ service: RunningService, _ body: (RunningService) async throws -> Result
) async throws -> Result {
    let host = service.host
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await host.runBackground() }
        defer { group.cancelAll() }
        do {
            let result = try await body(service)
            await host.drain(within: .seconds(5))
            await host.close()
            return result
        } catch {
            await host.drain(within: .seconds(1))
            await host.close()
            throw error
        }
    }
}

extension Identity {
    /// A user of a test with every scope but `admin`, unless told.
    package static func tester(
        _ name: String = "Ada", kind: IdentityKind = .user,
        scopes: [Scope] = Scope.allCases.filter { $0 != .admin }
    ) throws -> Identity {
        var identity = Identity()
        identity.userID = UserID(
            milliseconds: 1_700_000_000_000,
            random: Array(Array(name.utf8 + Array(repeating: 0, count: 10)).prefix(10)))
        identity.name = try DisplayName(name)
        identity.kind = kind
        identity.scopes = scopes
        return identity
    }
}
