package import ServiceKit

/// How many requests in how much time.
package struct RateQuota: Sendable, Equatable {
    /// Requests in a window, all of which may come at once.
    package let requests: Int
    /// Seconds.
    package let windowSeconds: Int

    /// A quota.
    package init(requests: Int, windowSeconds: Int) {
        precondition(
            (1...1_000_000_000).contains(requests) && (1...86_400).contains(windowSeconds),
            "a real quota"
        )
        self.requests = requests
        self.windowSeconds = windowSeconds
    }

    /// Reads `requests/seconds`, e.g. `6000/60`.
    /// - Throws: `ConfigurationFault` naming the variable.
    package static func read(
        _ variable: String,
        of configuration: Configuration,
        default fallback: RateQuota
    ) throws(ConfigurationFault) -> RateQuota {
        guard let text = configuration.text(variable) else { return fallback }
        let parts = text.split(separator: "/").map { Int($0) }
        guard parts.count == 2, let requests = parts[0], let window = parts[1],
            (1...1_000_000_000).contains(requests), (1...86_400).contains(window)
        else { throw ConfigurationFault(variable, "expected requests/seconds, e.g. 6000/60") }
        return RateQuota(requests: requests, windowSeconds: window)
    }

    var window: UInt64 { UInt64(windowSeconds) * 1_000_000_000 }
    var interval: UInt64 { window / UInt64(requests) }
}
