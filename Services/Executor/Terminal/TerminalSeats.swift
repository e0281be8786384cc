internal import Contracts
internal import SystemKit

/// How many terminals there are, of all and of each user.
final class TerminalSeats: Sendable {
    private let taken = Locked<[UserID: Int]>([:])

    /// - Throws: `Problem` (`overloaded`, `rate_limited`) when there are enough.
    func take(_ owner: UserID) throws(Problem) {
        try taken.withLock { taken throws(Problem) in
            let own = taken[owner, default: 0]
            guard own < Limits.terminalsPerUser else {
                let detail = "\(own) of your terminals are open, more are not allowed: end one"
                throw Problem(.rateLimited, detail, retryAfter: 5000)
            }
            guard taken.values.reduce(0, +) < Limits.terminals else {
                throw Problem(.overloaded, "all \(Limits.terminals) terminals are taken", retryAfter: 5000)
            }
            taken[owner] = own + 1
        }
    }

    func leave(_ owner: UserID) {
        taken.withLock { taken in
            let own = taken[owner, default: 0]
            taken[owner] = own > 1 ? own - 1 : nil
        }
    }
}
