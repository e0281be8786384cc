/// The state of a service or of one check of it (draft-inadarei-api-health-check).
public enum HealthStatus: String, WireEnum {
    case pass, warn, fail
}

/// What `/livez`, `/readyz` and `/healthz` answer.
public struct Health: WireObject, Equatable {
    /// The worst of the checks that count; dependencies only ever warn.
    public var status = HealthStatus.pass
    /// The release.
    public var version: String?
    /// The service.
    public var serviceID: String?
    /// What was looked at, by `component:measurement`.
    public var checks: [String: [HealthCheck]]?

    /// What keeps it from being whole, in words; nil when nothing does.
    public var reason: String? {
        let reasons = (checks ?? [:]).sorted { $0.key < $1.key }.flatMap { name, checks in
            checks.filter { $0.status != .pass }.map { "\(name): \($0.output ?? $0.status.rawValue)" }
        }
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }

    /// For reading.
    public init() {}

    /// status, version, serviceId, checks.
    public static let fields = Fields<Health>(
        field("status", \.status), field("version", \.version), field("service_id", \.serviceID),
        field("checks", \.checks))
}

/// One measurement of one component.
public struct HealthCheck: WireObject, Equatable {
    /// component, datastore or system.
    public var componentType: String?
    /// The figure.
    public var observedValue: Double?
    /// Its unit.
    public var observedUnit: String?
    /// The state.
    public var status = HealthStatus.pass
    /// When it was looked at.
    public var time: Instant?
    /// What is wrong, in words.
    public var output: String?

    /// For reading.
    public init() {}

    /// A check.
    public init(_ status: HealthStatus, output: String? = nil) {
        self.status = status
        self.output = output
    }

    /// component_type, observed_value, observed_unit, status, time, output.
    public static let fields = Fields<HealthCheck>(
        field("component_type", \.componentType), field("observed_value", \.observedValue),
        field("observed_unit", \.observedUnit), field("status", \.status), field("time", \.time),
        field("output", \.output))
}

/// What `/version` answers.
public struct VersionInfo: WireObject, Equatable {
    /// The service.
    public var service = ""
    /// The release, semantic versioning.
    public var version = ""

    /// For reading.
    public init() {}

    /// A release of a service.
    public init(service: String, version: String) {
        self.service = service
        self.version = version
    }

    /// service, version.
    public static let fields = Fields<VersionInfo>(field("service", \.service), field("version", \.version))
}
