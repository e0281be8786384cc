package import SystemKit

/// Where an attempt to sign in comes from, in the terms that matter for guessing.
package struct Attempt: Hashable, Sendable {
    /// The login that was tried, whether or not there is such an account.
    package var login: String
    /// The network of the caller: /24 for IPv4, /48 for IPv6.
    package var network: String
    /// A device that signed in to this login before, proved by its token.
    package var device: String?

    /// An attempt.
    package init(login: String, network: String, device: String?) {
        self.login = login
        self.network = network
        self.device = device
    }
}

/// Slows guessing down, per account, per network and over all, by delays that double; a pure state machine.
///
/// An attempt counts as failed from its admission until it succeeds, so that parallel guesses are no way
/// around. A device that signed in before has a count of its own: strangers can not lock its owner out.
package struct AttemptGuard: Sendable {
    /// How failures of one kind of key turn into delays.
    struct Pace: Sendable {
        /// Failures that cost nothing.
        let free: Int
        /// The longest delay, in milliseconds.
        let longest: Int64
        /// Failures are forgotten after so long without one, in milliseconds.
        let memory: Int64

        static let account = Pace(free: 10, longest: 900_000, memory: 3_600_000)
        static let device = Pace(free: 10, longest: 60_000, memory: 3_600_000)
        static let network = Pace(free: 100, longest: 300_000, memory: 900_000)
        static let everywhere = Pace(free: 1000, longest: 2_000, memory: 60_000)

        func delay(after failures: Int) -> Int64 {
            guard failures > free else { return 0 }
            return min(longest, 1000 << Int64(min(failures - free - 1, 20)))
        }
    }

    struct Count: Hashable {
        var failures = 0
        var last: Int64 = 0
        var blockedUntil: Int64 = 0
    }

    enum Key: Hashable {
        case account(String), device(String), network(String), everywhere

        var pace: Pace {
            switch self {
            case .account: .account
            case .device: .device
            case .network: .network
            case .everywhere: .everywhere
            }
        }
    }

    var counts: [Key: Count] = [:]
    /// Keys that block and are known to outlive the process.
    var remembered: Set<Key> = []
    private let capacity: Int

    /// Knows of no failures yet; remembers up to `capacity` keys.
    package init(capacity: Int? = nil) { self.capacity = capacity ?? Limits.guardedKeys }

    /// Lets an attempt in, counting it as failed for now.
    /// - Throws: `AuthRefusal.delayed` with the time to wait.
    package mutating func admit(_ attempt: Attempt, now: Timestamp) throws(AuthRefusal) {
        let keys = Self.keys(attempt)
        let blockedUntil = keys.compactMap { counts[$0]?.blockedUntil }.max() ?? 0
        guard blockedUntil <= now.milliseconds else {
            throw .delayed(milliseconds: Int(blockedUntil - now.milliseconds))
        }
        for key in keys { fail(key, now.milliseconds) }
        if counts.count > capacity { forgetOldest() }
    }

    /// The attempt was the right one: its account or device starts over, the rest takes this one back.
    package mutating func succeed(_ attempt: Attempt) {
        for key in Self.keys(attempt) {
            switch key {
            case .account, .device: counts[key] = nil
            case .network, .everywhere: takeBack(key)
            }
        }
    }

    /// The attempt was not looked at (overload): it never was.
    package mutating func withdraw(_ attempt: Attempt) {
        for key in Self.keys(attempt) { takeBack(key) }
    }

    static func keys(_ attempt: Attempt) -> [Key] {
        if let device = attempt.device { return [.device("\(attempt.login) \(device)")] }
        return [.account(attempt.login), .network(attempt.network), .everywhere]
    }

    private mutating func fail(_ key: Key, _ now: Int64) {
        var count = counts[key] ?? Count()
        if now - count.last > key.pace.memory { count = Count() }
        count.failures += 1
        count.last = now
        count.blockedUntil = now + key.pace.delay(after: count.failures)
        counts[key] = count
    }

    private mutating func takeBack(_ key: Key) {
        guard var count = counts[key] else { return }
        count.failures -= 1
        count.blockedUntil = count.last + key.pace.delay(after: count.failures)
        if key.pace.delay(after: count.failures) == 0 { count.blockedUntil = 0 }
        counts[key] = count.failures > 0 ? count : nil
    }

    /// Half of the keys go at once, so that going through all of them is rare.
    private mutating func forgetOldest() {
        let middle = counts.values.map(\.last).sorted()[counts.count / 2]
        counts = counts.filter { $0.value.last > middle || $0.key == .everywhere }
    }
}
