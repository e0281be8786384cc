private import Glibc
internal import SystemKit

/// A started program. Ends by itself, by its limits, by `cancel`, or when the last reference goes.
package final class SandboxRun: Sendable {
    private let id: UInt64
    private let reactor: Reactor
    private let control: RunControl
    private let terminal: PseudoTerminal?
    private let mailbox: EventMailbox
    /// Keeps the threads and the template alive.
    private let host: SandboxHost

    init(id: UInt64, reactor: Reactor, started: StartedRun, mailbox: EventMailbox, host: SandboxHost) {
        self.id = id
        self.reactor = reactor
        control = started.control
        terminal = started.terminal
        self.mailbox = mailbox
        self.host = host
    }

    deinit { control.cancel() }

    /// What happens, in order, up to and with `.finished`. For one consumer; a slow one slows the program.
    /// A cancelled consumer ends the program and still gets `.finished`.
    package var events: SandboxEvents { SandboxEvents(run: self) }

    /// Returns when the program is over, however much of `events` is unread. For one waiter.
    package func waitForEnd() async { await mailbox.waitForEnd() }

    /// The end, with all output of the program in it; consumes the events before it.
    package func result() async -> SandboxResult {
        for await event in events {
            if case .finished(let result) = event { return result }
        }
        var missing = SandboxResult()
        missing.verdict = .internalError
        missing.message = "the result was already taken"
        return missing
    }

    /// Gives bytes to the program's standard input; returns when it has room for more.
    /// - Throws: `SystemFailure` with `EPIPE` when nobody reads any more.
    package func write(_ bytes: [UInt8]) async throws { try await reactor.write(bytes, to: id) }

    /// Ends the program's standard input; what was written before is still read. A terminal gets a Ctrl-D.
    package func closeStdin() async { await reactor.closeStdin(of: id) }

    /// Sends a signal to the program (not to its children), as soon as it has started. At a terminal the
    /// signals that keys send go to everybody in the foreground.
    package func signal(_ number: Int32) {
        if let terminal, control.hasExecuted, terminal.signalForeground(number) { return }
        control.signal(number)
    }

    /// Gives the program's terminal another size; nothing without one.
    package func resize(_ size: TerminalSize) { terminal?.resize(size) }

    /// Kills the program and everything it started; `.finished` follows.
    package func cancel() { control.cancel() }

    fileprivate func next() async -> SandboxEvent? {
        let (event, mayResume) = await withTaskCancellationHandler {
            await mailbox.next()
        } onCancel: {
            control.cancel()
        }
        if mayResume { await reactor.resumeReading(of: id) }
        return event
    }
}

/// The events of one run.
package struct SandboxEvents: AsyncSequence, Sendable {
    fileprivate let run: SandboxRun

    /// Hands out one event at a time.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let run: SandboxRun

        /// The next event, or nil after `.finished`.
        package mutating func next() async -> SandboxEvent? { await run.next() }
    }

    /// The one consumer's view.
    package func makeAsyncIterator() -> Iterator { Iterator(run: run) }
}
