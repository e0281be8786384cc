/// A started program. Ends by itself, by its limits, by `cancel`, or when the last reference goes.
package final class SandboxRun: Sendable {
    init() {}

    /// What happens, in order, up to and with `.finished`. For one consumer; a slow one slows the program.
    package var events: SandboxEvents { SandboxEvents() }

    /// Gives bytes to the program's standard input; returns when it has room for more.
    /// - Throws: `SystemFailure` with `EPIPE` when nobody reads any more.
    package func write(_ bytes: [UInt8]) async throws {}

    /// Ends the program's standard input; what was written before is still read.
    package func closeStdin() async {}

    /// Sends a signal to the program (not to its children).
    package func signal(_ number: Int32) async {}

    /// Kills the program and everything it started; `.finished` follows.
    package func cancel() async {}
}

/// The events of one run.
package struct SandboxEvents: AsyncSequence, Sendable {
    /// Hands out one event at a time.
    package struct Iterator: AsyncIteratorProtocol {
        /// The next event, or nil after `.finished`.
        package mutating func next() async -> SandboxEvent? { nil }
    }

    /// The one consumer's view.
    package func makeAsyncIterator() -> Iterator { Iterator() }
}
