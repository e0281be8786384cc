internal import Metrics
internal import SystemKit

/// Counts and times requests by OpenTelemetry's names.
final class RequestMetrics: Sendable {
    private struct Key: Hashable {
        let method: String
        let route: String
        let status: Int
    }

    private let factory: any MetricsFactory
    private let timers = Locked([Key: Timer]())
    private let active: Meter

    init(factory: any MetricsFactory) {
        self.factory = factory
        active = Meter(label: "http.server.active_requests", factory: factory)
    }

    func began() { active.increment() }

    func ended(method: String, route: String, status: Int, nanoseconds: UInt64) {
        active.decrement()
        let key = Key(method: method, route: route, status: status)
        let timer = timers.withLock { timers in
            if let known = timers[key] { return known }
            let made = make(key)
            timers[key] = made
            return made
        }
        timer.recordNanoseconds(Int64(clamping: nanoseconds))
    }

    private func make(_ key: Key) -> Timer {
        Timer(
            label: "http.server.request.duration",
            dimensions: [
                ("http.request.method", key.method), ("http.route", key.route),
                ("http.response.status_code", "\(key.status)"), ("url.scheme", "http"),
            ], factory: factory)
    }
}
