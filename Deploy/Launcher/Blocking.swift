import SystemKit

/// Waits on the main thread for the one asynchronous thing that a command does.
///
/// A task of its own, because the command line is not asynchronous (see `Launcher`); nothing else runs
/// meanwhile.
func blocking<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) throws -> Result {
    let outcome = Locked<Swift.Result<Result, any Error>?>(nil)
    let isDone = try WakeUp()
    Task {
        let result = await Swift.Result.catching(body)
        outcome.withLock { $0 = result }
        isDone.signal()
    }
    while true {
        _ = isDone.wait()
        if let result = outcome.snapshot { return try result.get() }
    }
}

extension Swift.Result where Failure == any Error {
    fileprivate static func catching(_ body: () async throws -> Success) async -> Self {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
