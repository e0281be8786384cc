internal import Contracts
internal import Messaging
internal import ServiceKit
internal import SystemKit

/// Waits for services that are briefly away.
struct Patience: Sendable {
    /// When to give up.
    let deadline: Timestamp
    let clock: WallClock

    /// Calls until it succeeds, fails for good, or time is up.
    ///
    /// Only calls that certainly did nothing are made again: nobody listened, or the service refused for now.
    /// - Throws: the last failure.
    func call<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        let backoff = Backoff(first: Limits.firstRetry, longest: Limits.longestRetry)
        var random = SystemRandomNumberGenerator()
        var attempt = 0
        while true {
            attempt += 1
            do {
                return try await body()
            } catch where Self.didNothing(error) && clock.now() < deadline {
                try await Task.sleep(
                    for: backoff.wait(afterAttempt: attempt, using: &random) + .milliseconds(5))
            }
        }
    }

    /// Whether the call certainly had no effect and may succeed later.
    static func didNothing(_ error: any Error) -> Bool {
        switch error {
        case let failure as PeerFailure:
            [.unreachable, .shedding, .crowded].contains(failure.kind)
        case let problem as Problem: [.overloaded, .unavailable, .rateLimited].contains(problem.code)
        default: false
        }
    }

    /// Whether no answer came, or a broken one, so that asking again what changes nothing may help.
    static func isTransient(_ error: any Error) -> Bool {
        if didNothing(error) { return true }
        return error is PeerFailure
    }
}

/// Runs `body`, but no longer than `limit`.
/// - Throws: what `body` throws; `PeerFailure` (`late`) naming `peer` when the time is over.
func within<Result: Sendable>(
    _ limit: Duration, _ peer: String, _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw PeerFailure(peer, .late)
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
    }
}
