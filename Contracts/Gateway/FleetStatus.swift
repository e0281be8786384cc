/// The state of all services as the gateway sees it.
public struct FleetStatus: WireObject, Equatable {
    /// The worst of the services'.
    public var status = HealthStatus.pass
    /// The gateway's release.
    public var version = ""
    /// When it was looked at.
    public var at = Instant.zero
    /// Each service.
    public var services: [ServiceStatus] = []

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<FleetStatus>(
        field("status", \.status), field("version", \.version), field("at", \.at),
        field("services", \.services))
}

/// The state of one service.
public struct ServiceStatus: WireObject, Equatable {
    /// The service.
    public var service = ServiceName.gateway
    /// `fail` when it does not answer.
    public var status = HealthStatus.pass
    /// Its release, if it answers.
    public var version: String?
    /// How long its answer took, milliseconds.
    public var latencyMilliseconds = 0.0
    /// What is wrong, in words.
    public var detail: String?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<ServiceStatus>(
        field("service", \.service), field("status", \.status), field("version", \.version),
        field("latency_ms", \.latencyMilliseconds), field("detail", \.detail))
}
