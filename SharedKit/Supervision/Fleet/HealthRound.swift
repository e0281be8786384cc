internal import Contracts
internal import SystemKit

/// Asks services how they are, all at once, and is done when each has answered or its time is up.
final class HealthRound {
    /// What came in time.
    private(set) var answers: [String: Health] = [:]
    private var probes: [HealthProbe] = []
    private var left: Int
    private let done: (HealthRound) -> Void

    /// How long a service may take to look at its parts.
    private static let patience = Duration.seconds(2)

    /// Asks now; `done` is called once, later.
    init(_ services: [String], in home: FleetHome, loop: EventLoop, done: @escaping (HealthRound) -> Void) {
        left = services.count
        self.done = done
        if services.isEmpty { loop.after(.zero) { done(self) } }
        for name in services {
            let socket = home.socket(name)
            probes.append(
                HealthProbe(body: "/healthz", socket: socket, loop: loop, timeout: Self.patience) {
                    [unowned self] in take($0, of: name)
                })
        }
    }

    private func take(_ body: [UInt8]?, of service: String) {
        answers[service] = body.flatMap { body in
            ignoring("an answer that is no health is none") { try Health.decode(body, unknownFields: .skip) }
        }
        left -= 1
        if left == 0 { done(self) }
    }
}
