package import Contracts
private import SystemKit

/// What a service knows about its own state: the source of `/livez`, `/readyz` and `/healthz`.
package final class HealthRegistry: Sendable {
    /// Looks at one thing; must answer within a second or so.
    package typealias Check = @Sendable () async -> HealthCheck

    private struct State {
        var checks: [(name: String, isOwn: Bool, check: Check)] = []
        var isReady = false
        var isDraining = false
    }

    private let state = Locked(State())

    /// Knows nothing yet and is not ready.
    package init() {}

    /// Adds a check of the service's own parts: its failure makes the service unready.
    package func own(_ name: String, _ check: @escaping Check) {
        state.withLock { $0.checks.append((name, true, check)) }
    }

    /// Adds a check of something that others run: its failure is only ever a warning, so that one dead
    /// service does not take the others with it.
    package func dependency(_ name: String, _ check: @escaping Check) {
        state.withLock { $0.checks.append((name, false, check)) }
    }

    func becomeReady() { state.withLock { $0.isReady = true } }
    func startDraining() { state.withLock { $0.isDraining = true } }

    /// Whether the service takes requests now.
    package var isServing: Bool { state.withLock { $0.isReady && !$0.isDraining } }

    /// The state with every check asked, one after another.
    func report(version: String, service: ServiceName) async -> Health {
        var health = Health()
        health.version = version
        health.serviceID = service.rawValue
        var results: [String: [HealthCheck]] = [:]
        if !isServing {
            health.status = .fail
            results["service:state"] = [HealthCheck(.fail, output: "starting or draining")]
        }
        for (name, isOwn, check) in state.withLock({ $0.checks }) {
            var result = await check()
            if !isOwn && result.status == .fail { result.status = .warn }
            results[name, default: []].append(result)
            health.status = Self.worse(health.status, result.status)
        }
        health.checks = results
        return health
    }

    private static func worse(_ left: HealthStatus, _ right: HealthStatus) -> HealthStatus {
        if left == .fail || right == .fail { return .fail }
        return left == .warn || right == .warn ? .warn : .pass
    }
}
