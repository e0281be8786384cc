internal import Contracts
internal import ServiceKit
internal import SystemKit

/// Waits for services that are briefly away.
struct Patience: Sendable {
    /// When to give up.
    let deadline: Timestamp
    let clock: WallClock

    /// Calls until it succeeds, fails for good, or time is up.
    ///
    /// Unless the call `isRepeatable`, it is made again only when it certainly did nothing: nobody listened,
    /// or the service refused for now.
    /// - Throws: the last failure.
    func call<Result: Sendable>(
        isRepeatable: Bool = false, _ body: () async throws -> Result
    ) async throws -> Result {
        var pause = Pause()
        while true {
            do {
                return try await body()
            } catch where mayRepeat(error, isRepeatable) && clock.now() < deadline {
                try await Task.sleep(for: pause.next())
            }
        }
    }

    private func mayRepeat(_ error: any Error, _ isRepeatable: Bool) -> Bool {
        isRepeatable ? Self.isTransient(error) : Self.didNothing(error)
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
        return (error as? PeerFailure).map { $0.kind != .misunderstood } ?? false
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
