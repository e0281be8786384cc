package import Contracts

/// The fleet as data: which services there are, what they need and how they are treated.
package struct FleetDescription: WireObject {
    /// The services in start order; one may need only earlier ones.
    package var services: [ServiceDescription] = []
    /// Variables of our own environment that every service gets when they are set.
    package var passedEnvironment: [String] = []
    /// Restarts of one service that are fine...
    package var maxRestarts = 20
    /// ...within so many milliseconds.
    package var restartWindowMilliseconds = 60_000
    /// The pause before the second restart in a row, in milliseconds; it doubles.
    package var backoffBaseMilliseconds = 100
    /// The longest pause, in milliseconds.
    package var backoffCapMilliseconds = 10_000
    /// Milliseconds in health after which a crash counts as the first again.
    package var healthyMilliseconds = 30_000
    /// Milliseconds that a service may take to become ready.
    package var startTimeoutMilliseconds = 30_000
    /// Milliseconds between two questions whether a service lives.
    package var livenessPeriodMilliseconds = 2_000
    /// Milliseconds that it has for the answer.
    package var livenessTimeoutMilliseconds = 2_000
    /// Missed answers in a row after which it is ended.
    package var livenessFailures = 3

    /// An empty fleet.
    package init() {}

    /// The table.
    package static let fields = Fields<FleetDescription>(
        field("services", \.services, .count(1...32)),
        defaulted("passed_environment", \.passedEnvironment),
        defaulted("max_restarts", \.maxRestarts, .range(0...1000)),
        defaulted("restart_window_ms", \.restartWindowMilliseconds, .range(1...3_600_000)),
        defaulted("backoff_base_ms", \.backoffBaseMilliseconds, .range(1...60_000)),
        defaulted("backoff_cap_ms", \.backoffCapMilliseconds, .range(1...600_000)),
        defaulted("healthy_ms", \.healthyMilliseconds, .range(1...3_600_000)),
        defaulted("start_timeout_ms", \.startTimeoutMilliseconds, .range(100...600_000)),
        defaulted("liveness_period_ms", \.livenessPeriodMilliseconds, .range(10...600_000)),
        defaulted("liveness_timeout_ms", \.livenessTimeoutMilliseconds, .range(10...600_000)),
        defaulted("liveness_failures", \.livenessFailures, .range(1...100)))

    /// How a supervisor treats this fleet.
    package var policy: SupervisorPolicy {
        SupervisorPolicy(
            strategy: .oneForOne,
            intensity: .init(maxRestarts: maxRestarts, within: .milliseconds(restartWindowMilliseconds)),
            escalation: .failChild,
            backoff: Backoff(
                base: .milliseconds(backoffBaseMilliseconds), cap: .milliseconds(backoffCapMilliseconds),
                healthyAfter: .milliseconds(healthyMilliseconds)))
    }

    /// The services as children of that supervisor.
    package var children: [ChildSpec] {
        services.map { service in
            ChildSpec(
                id: service.name, restart: .permanent,
                shutdown: .timeout(.milliseconds(service.stopTimeoutMilliseconds)),
                after: Set(service.dependsOn), startTimeout: .milliseconds(startTimeoutMilliseconds))
        }
    }

    /// Reads a description and checks what a field table cannot: names are unique, dependencies come earlier.
    package static func parse(_ bytes: [UInt8]) throws -> FleetDescription {
        let fleet = try decode(bytes)
        var seen: Set<String> = []
        for service in fleet.services {
            guard !seen.contains(service.name) else { throw FleetFault("\(service.name) is described twice") }
            if let missing = service.dependsOn.first(where: { !seen.contains($0) }) {
                throw FleetFault("\(service.name) depends on \(missing), which does not come before it")
            }
            seen.insert(service.name)
        }
        for service in fleet.services {
            guard let unknown = service.calls.first(where: { !seen.contains($0) }) else { continue }
            throw FleetFault("\(service.name) calls \(unknown), which is not described")
        }
        return fleet
    }
}

/// One service of the fleet.
package struct ServiceDescription: WireObject {
    /// Its name, which is also that of its executable.
    package var name = ""
    /// Its usual TCP port on loopback.
    package var port = 0
    /// Its distance from the base port when one is given.
    package var offset = 0
    /// The services that must be ready before it is started.
    package var dependsOn: [String] = []
    /// The services that it calls, and no others: it gets a key for each.
    package var calls: [String] = []
    /// The names of the secrets that it gets, and no others.
    package var secrets: [String] = []
    /// Variables of its own; `{home}`, `{root}` and `{data}` are replaced.
    package var environment: [String: String] = [:]
    /// Milliseconds that it may take to end before it is killed.
    package var stopTimeoutMilliseconds = 25_000
    /// The most files that it may have open.
    package var openFiles = 4096

    /// An unnamed service.
    package init() {}

    /// The table.
    package static let fields = Fields<ServiceDescription>(
        field("name", \.name, .length(1...32)), field("port", \.port, .range(1...65_535)),
        field("offset", \.offset, .range(0...99)), defaulted("depends_on", \.dependsOn),
        defaulted("calls", \.calls), defaulted("secrets", \.secrets),
        defaulted("environment", \.environment),
        defaulted("stop_timeout_ms", \.stopTimeoutMilliseconds, .range(10...600_000)),
        defaulted("open_files", \.openFiles, .range(64...1_048_576)))
}

/// A fault that keeps the fleet from being started, said for people.
package struct FleetFault: Error, Equatable, CustomStringConvertible {
    /// What is wrong and what to do.
    package let description: String

    /// A fault in one sentence.
    package init(_ description: String) { self.description = description }
}
