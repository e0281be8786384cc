package import Logging
private import Synchronization

/// How many errors were dropped on purpose since start, for the `errors_ignored_total` metric.
package enum IgnoredErrors {
    private static let counter = Atomic<Int>(0)

    /// The number so far.
    package static var total: Int { counter.load(ordering: .relaxed) }

    fileprivate static func count() { counter.add(1, ordering: .relaxed) }
}

/// Runs `body` and drops its error *by name*: counted, and logged at debug with the reason.
///
/// The house's only way not to handle an error. `reason` says why dropping it is right,
/// e.g. `ignoring("closing a socket that is already dead") { try socket.close() }`.
@discardableResult
package func ignoring<Result>(
    _ reason: StaticString, logger: Logger? = nil, _ body: () throws -> Result
) -> Result? {
    do {
        return try body()
    } catch {
        note(reason, error, logger)
        return nil
    }
}

/// The same for work that suspends.
@discardableResult
package func ignoring<Result>(
    _ reason: StaticString, logger: Logger? = nil, _ body: () async throws -> Result
) async -> Result? {
    do {
        return try await body()
    } catch {
        note(reason, error, logger)
        return nil
    }
}

private func note(_ reason: StaticString, _ error: any Error, _ logger: Logger?) {
    IgnoredErrors.count()
    logger?.debug("error ignored", metadata: ["reason": "\(reason)", "error": "\(error)"])
}
