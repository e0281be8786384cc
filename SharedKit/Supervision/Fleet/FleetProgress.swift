package import Contracts

/// What happens to a fleet, for whoever started or stops it: one JSON line each.
package struct FleetProgress: WireObject {
    /// The kinds of news.
    package enum Kind: String, WireEnum {
        /// A service answers.
        case ready
        /// All services answer.
        case booted
        /// A service ended and is started again.
        case crashed
        /// A service was restarted too often and stays down.
        case gaveUp = "gave_up"
        /// A service ended as it was asked to.
        case stopped
        /// The fleet could not be started.
        case refused
    }

    /// What happened.
    package var kind = Kind.ready
    /// To which service.
    package var service: String?
    /// More for people.
    package var detail: String?
    /// Milliseconds since the supervisor or the service started.
    package var milliseconds: Int?

    /// Nothing yet.
    package init() {}

    /// A piece of news.
    package init(_ kind: Kind, _ service: String? = nil, detail: String? = nil, milliseconds: Int? = nil) {
        self.kind = kind
        self.service = service
        self.detail = detail
        self.milliseconds = milliseconds
    }

    /// The table.
    package static let fields = Fields<FleetProgress>(
        field("kind", \.kind), field("service", \.service), field("detail", \.detail),
        field("ms", \.milliseconds))
}
