package import Metrics
private import SystemKit

/// Times calls to peers by OpenTelemetry's names: from the call to the head of its answer, with the
/// repetition.
package final class ClientMetrics: Sendable {
    private struct Key: Hashable {
        let method: String
        let peer: String
        let outcome: Outcome
    }

    enum Outcome: Hashable {
        case status(Int)
        case failure(String)
    }

    private let factory: any MetricsFactory
    private let timers = Locked([Key: Timer]())

    /// Times into a factory's metrics.
    package init(factory: any MetricsFactory) { self.factory = factory }

    func ended(_ method: String, to peer: String, _ outcome: Outcome, since start: UInt64) {
        let key = Key(method: method, peer: peer, outcome: outcome)
        let timer = timers.withLock { timers in
            if let known = timers[key] { return known }
            let made = make(key)
            timers[key] = made
            return made
        }
        timer.recordNanoseconds(Int64(clamping: monotonicNanoseconds() - start))
    }

    private func make(_ key: Key) -> Timer {
        let outcome =
            switch key.outcome {
            case .status(let status): ("http.response.status_code", "\(status)")
            case .failure(let kind): ("error.type", kind)
            }
        return Timer(
            label: "http.client.request.duration",
            dimensions: [("http.request.method", key.method), ("server.address", key.peer), outcome],
            factory: factory)
    }
}
