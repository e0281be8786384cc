private import Contracts
private import Credentials
package import ServiceKit
private import SystemKit

/// The one public door: every request of the outside world is checked here and passed on to the service that
/// answers it.
///
/// Start reading at `EdgePlanner`; `Identity` finds out who calls, `Limits` how often, `Upstream` passes on,
/// `Pages` is what the gateway says itself.
package enum GatewayService {
    /// The settings that only the gateway has.
    package static let variables = [
        ConfigurationVariable(
            name: "CODECOLLAB_RATE_CLIENT",
            fallback: "60000/60",
            about: "Requests/seconds of one address."
        ),
        ConfigurationVariable(
            name: "CODECOLLAB_RATE_IDENTITY",
            fallback: "30000/60",
            about: "Requests/seconds of one identity."
        ),
        ConfigurationVariable(
            name: "CODECOLLAB_ORIGINS",
            fallback: "none",
            about: "Origins whose pages may call, e.g. https://code.example.org, separated by blanks."
        ),
        ConfigurationVariable(
            name: "CODECOLLAB_TRUSTED_PROXIES",
            fallback: "none",
            about: "Addresses or blocks of proxies whose X-Forwarded-For is believed, e.g. 10.0.0.0/8."
        ),
        ConfigurationVariable(
            name: "CODECOLLAB_OPEN_TRACES",
            fallback: "on loopback",
            about: "Whether any identity may read traces, or only those with the scope admin."
        ),
    ]

    /// Builds the gateway out of its surroundings.
    /// - Throws: `ConfigurationFault`.
    package static func build(_ surroundings: ServiceSurroundings) throws -> ServiceParts {
        try build(
            surroundings,
            transport: PeerTransport(surroundings.client),
            authority: FleetTokenAuthority(surroundings.client)
        )
    }

    /// Builds the gateway with another way to the services and to the auth service, for tests.
    /// - Throws: `ConfigurationFault`.
    package static func build(
        _ surroundings: ServiceSurroundings,
        transport: any UpstreamTransport,
        authority: any TokenAuthority
    ) throws -> ServiceParts {
        let desk = IdentityDesk(authority: authority, clock: surroundings.clock, logger: surroundings.logger)
        let planner = try planner(surroundings, transport, desk)
        surroundings.health.dependency("auth:keys") {
            desk.hasKeys ? HealthCheck(.pass) : HealthCheck(.fail, output: "no keys yet")
        }
        var parts = ServiceParts(Routes())
        parts.answersOnLoops = true
        parts.fallback = { planner.plan($0) }
        parts.add(background: "identity") { await desk.watch() }
        return parts
    }

    private static func planner(
        _ surroundings: ServiceSurroundings,
        _ transport: any UpstreamTransport,
        _ desk: IdentityDesk
    ) throws(ConfigurationFault) -> EdgePlanner {
        let clock = surroundings.clock
        return EdgePlanner(
            routes: OwnAnswers.routes,
            own: try ownAnswers(surroundings).all,
            gate: try gate(surroundings.configuration, desk),
            forwarder: Forwarder(transport: transport, signer: surroundings.signer, clock: clock),
            responder: Responder(
                Routes(), verifier: nil, telemetry: surroundings.telemetry, clock: clock),
            clock: clock
        )
    }

    private static func gate(
        _ settings: Configuration, _ desk: IdentityDesk
    ) throws(ConfigurationFault) -> EdgeGate {
        let origins = Set((settings.text("CODECOLLAB_ORIGINS") ?? "").split(separator: " ").map(String.init))
        let client = RateQuota(requests: 60_000, windowSeconds: 60)
        let identity = RateQuota(requests: 30_000, windowSeconds: 60)
        let rates = RatePolicies(
            client: try .read("CODECOLLAB_RATE_CLIENT", of: settings, default: client),
            identity: try .read("CODECOLLAB_RATE_IDENTITY", of: settings, default: identity)
        )
        guard let proxies = TrustedProxies(settings.text("CODECOLLAB_TRUSTED_PROXIES") ?? "") else {
            throw ConfigurationFault(
                "CODECOLLAB_TRUSTED_PROXIES", "expected addresses or blocks, e.g. 127.0.0.1 10.0.0.0/8")
        }
        return EdgeGate(
            desk: desk, rates: rates, origins: OriginPolicy(allowed: origins), proxies: proxies)
    }

    private static func ownAnswers(
        _ surroundings: ServiceSurroundings
    ) throws(ConfigurationFault) -> OwnAnswers {
        let settings = surroundings.configuration
        let isLoopback = (settings.text("CODECOLLAB_HOST") ?? "127.0.0.1").hasPrefix("127.")
        return OwnAnswers(
            watcher: FleetWatcher(surroundings.client, clock: surroundings.clock),
            traces: TraceGatherer(surroundings.client, surroundings.telemetry),
            showsTracesToEverybody: try settings.flag("CODECOLLAB_OPEN_TRACES", default: isLoopback)
        )
    }
}
