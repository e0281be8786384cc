/// Delays outlive the process: whoever restarts the service, or makes it restart, wins no free guesses.
extension AttemptGuard {
    /// A key that blocks, as the store keeps it.
    struct Delay: Sendable, Equatable {
        let key: String
        /// 0 when there is nothing to remember any more.
        let failures: Int
        let last: Int64
        let blockedUntil: Int64
    }

    /// What the store has to learn of an attempt: keys that block now, and those that do no more.
    mutating func changes(by attempt: Attempt) -> [Delay] {
        Self.keys(attempt).compactMap { key in
            if let count = counts[key], key.pace.delay(after: count.failures) > 0 {
                remembered.insert(key)
                return Delay(
                    key: key.text, failures: count.failures, last: count.last,
                    blockedUntil: count.blockedUntil)
            }
            guard remembered.remove(key) != nil else { return nil }
            return Delay(key: key.text, failures: 0, last: 0, blockedUntil: 0)
        }
    }

    /// Goes on where the process before this one ended.
    mutating func restore(_ delays: [Delay]) {
        for delay in delays {
            guard let key = Key(delay.key) else { continue }
            counts[key] = Count(
                failures: delay.failures, last: delay.last, blockedUntil: delay.blockedUntil)
            remembered.insert(key)
        }
    }
}

extension AttemptGuard.Key {
    var text: String {
        switch self {
        case .account(let login): "account \(login)"
        case .device(let device): "device \(device)"
        case .network(let network): "network \(network)"
        case .everywhere: "everywhere"
        }
    }

    init?(_ text: String) {
        if text == "everywhere" {
            self = .everywhere
            return
        }
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "account": self = .account(parts[1])
        case "device": self = .device(parts[1])
        case "network": self = .network(parts[1])
        default: return nil
        }
    }
}
