package import Contracts

/// An order to the supervisor: one JSON line over its control socket.
package struct ControlRequest: WireObject {
    /// What is wanted.
    package enum Command: String, WireEnum {
        /// How the services are.
        case status
        /// Restart one service.
        case restart
        /// End everything.
        case down
    }

    /// What is wanted.
    package var command = Command.status
    /// The service it is about.
    package var service: String?
    /// For `status`: whether the services are asked how they are.
    package var wantsHealth = false

    /// A question for the status.
    package init() {}

    /// An order.
    package init(_ command: Command, service: String? = nil, wantsHealth: Bool = false) {
        self.command = command
        self.service = service
        self.wantsHealth = wantsHealth
    }

    /// The table.
    package static let fields = Fields<ControlRequest>(
        field("command", \.command), field("service", \.service), defaulted("health", \.wantsHealth))
}

/// The supervisor's answer: one JSON line.
package struct ControlReply: WireObject {
    /// Why the order was refused, or nil.
    package var refusal: String?
    /// Where the gateway listens.
    package var url = ""
    /// The supervisor's pid.
    package var pid = 0
    /// The services in start order.
    package var services: [ServiceStatus] = []

    /// An empty answer.
    package init() {}

    /// The table.
    package static let fields = Fields<ControlReply>(
        field("refusal", \.refusal), defaulted("url", \.url), defaulted("pid", \.pid),
        defaulted("services", \.services))
}

/// How one service is.
package struct ServiceStatus: WireObject {
    /// Its name.
    package var name = ""
    /// A `SupervisedChild.Phase`.
    package var phase = ""
    /// How it says that it is; absent when it was not asked.
    package var health: HealthStatus?
    /// What keeps it from being whole.
    package var reason: String?
    /// Its pid while it runs.
    package var pid: Int?
    /// Its TCP port.
    package var port = 0
    /// How often it was restarted.
    package var restarts = 0
    /// Milliseconds since it became ready.
    package var uptimeMilliseconds: Int?
    /// Its memory in RAM, in bytes.
    package var residentBytes: Int?
    /// How its last life ended, if it has had one.
    package var lastEnd: String?

    /// An unnamed service.
    package init() {}

    /// The table.
    package static let fields = Fields<ServiceStatus>(
        field("name", \.name), field("phase", \.phase), field("health", \.health),
        field("reason", \.reason), field("pid", \.pid), field("port", \.port),
        field("restarts", \.restarts), field("uptime_ms", \.uptimeMilliseconds),
        field("resident_bytes", \.residentBytes), field("last_end", \.lastEnd))
}
