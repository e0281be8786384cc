internal import SystemKit

/// How many accounts and guests one network may make: a bucket of tokens for each (GCRA: one number per
/// network).
struct JoinGate: Sendable {
    private var emptyAt: [String: Double] = [:]

    /// Takes one token, or answers the milliseconds until there is one.
    mutating func take(_ network: String, now: Timestamp) -> Int? {
        let instant = Double(now.milliseconds)
        let cost = 1000 / Limits.joinsPerSecond
        let start = max(emptyAt[network] ?? 0, instant)
        let ahead = start + cost - instant
        if ahead > cost * Limits.joinBurst { return Int(ahead - cost * Limits.joinBurst) + 1 }
        emptyAt[network] = start + cost
        if emptyAt.count > Limits.guardedKeys { emptyAt = emptyAt.filter { $0.value > instant } }
        return nil
    }
}
