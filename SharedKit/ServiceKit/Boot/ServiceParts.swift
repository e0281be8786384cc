package import Contracts
package import Credentials
package import Logging
package import NIOHTTP1
package import SystemKit
package import Telemetry

/// What a service gets to build itself from.
package struct ServiceSurroundings: Sendable {
    /// Which service.
    package let service: ServiceName
    /// Its settings.
    package let configuration: Configuration
    /// Logs, metrics, traces.
    package let telemetry: Telemetry
    /// Writes the service's log.
    package let logger: Logger
    /// What time it is.
    package let clock: WallClock
    /// Typed calls to the other services.
    package let client: FleetClient
    /// Where checks of the service's parts are registered.
    package let health = HealthRegistry()
    /// States identities to other services.
    package let signer: IdentitySigner
    /// Believes identities that the fleet states.
    package let verifier: IdentityVerifier

    /// Surroundings out of settings.
    /// - Throws: `ConfigurationFault` naming the variable that cannot be used.
    package init(
        _ configuration: Configuration, telemetry: Telemetry, clock: WallClock = .system
    ) throws(ConfigurationFault) {
        service = configuration.service
        self.configuration = configuration
        self.telemetry = telemetry
        self.clock = clock
        logger = telemetry.logger()
        let keys = try configuration.identityKeys()
        signer = IdentitySigner(keys)
        verifier = IdentityVerifier(keys)
        var addresses: [ServiceName: PeerAddress] = [:]
        for peer in ServiceName.allCases { addresses[peer] = try configuration.address(of: peer) }
        client = FleetClient(addresses: addresses, signer: signer, telemetry: telemetry, clock: clock)
        health.room(in: configuration.home)
    }
}

/// What a service is made of, as its `build` answers it.
package struct ServiceParts: Sendable {
    /// Work that goes on beside the requests; it ends when its task is cancelled.
    package struct Background: Sendable {
        let name: String
        let run: @Sendable () async throws -> Void
    }

    /// The endpoints.
    package var routes: Routes
    /// Answers what no route matches, decided from the head on the event loop; the gateway's way to
    /// everything else.
    package var fallback: (@Sendable (HTTPRequestHead) -> RequestPlan?)?
    /// Connections at once; nil for the usual few thousand.
    package var connectionLimit: Int?
    /// Whether requests are answered on the event loops, see `LoopExecutor`; for services that never compute
    /// for long.
    package var answersOnLoops = false
    /// Work beside the requests.
    package private(set) var background: [Background] = []
    /// Called last, when no request is left: flush and close what is open.
    package var close: @Sendable () async -> Void = {}

    /// A service that serves routes.
    package init(_ routes: Routes) { self.routes = routes }

    /// Adds work beside the requests; when it throws, the process ends and the supervisor starts it anew.
    package mutating func add(background name: String, _ run: @escaping @Sendable () async throws -> Void) {
        background.append(Background(name: name, run: run))
    }
}
