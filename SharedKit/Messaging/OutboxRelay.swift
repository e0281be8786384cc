package import Logging
package import Storage
private import SystemKit

/// Carries an outbox's messages to one place, in order, each at least once, for ever trying.
package struct OutboxRelay: Sendable {
    private let name: String
    private let outbox: Outbox
    private let store: Store
    private let logger: Logger
    private let bell = Doorbell()
    private let deliver: @Sendable (OutboxMessage) async throws -> Void
    private let backoff = Backoff(first: Limits.firstRetry, longest: .seconds(30))

    /// A relay by its name, under which its progress is stored.
    package init(
        _ name: String, outbox: Outbox, store: Store, logger: Logger,
        deliver: @escaping @Sendable (OutboxMessage) async throws -> Void
    ) {
        self.name = name
        self.outbox = outbox
        self.store = store
        self.logger = logger
        self.deliver = deliver
    }

    /// Looks for messages now: after a commit that added some.
    package func wake() { bell.ring() }

    /// Delivers until the task is cancelled.
    package func run() async {
        var failures = 0
        while !Task.isCancelled {
            do {
                if try await deliverBatch() == 0 { await bell.wait(atMost: .seconds(Limits.idleSeconds)) }
                failures = 0
            } catch {
                failures += 1
                await pause(after: failures, error)
            }
        }
    }

    /// Delivers what is waiting, at most 100 messages; answers how many.
    /// - Throws: what `deliver` throws; then everything before that message counts as delivered.
    package func deliverBatch() async throws -> Int {
        let messages = try await store.read { [outbox, name] in try outbox.undelivered(to: name, in: $0) }
        var last: Int64?
        do {
            for message in messages {
                try await deliver(message)
                last = message.sequence
            }
        } catch {
            try await note(through: last)
            throw error
        }
        try await note(through: last)
        return messages.count
    }

    private func note(through last: Int64?) async throws {
        guard let last else { return }
        try await store.write { [outbox, name] in try outbox.delivered(through: last, to: name, in: $0) }
    }

    private func pause(after failures: Int, _ error: any Error) async {
        logger.warning("outbox relay waits", metadata: ["relay": "\(name)", "error": "\(error)"])
        var random = SystemRandomNumberGenerator()
        let wait = backoff.wait(afterAttempt: failures, using: &random)
        await ignoring("being cancelled ends the pause") { try await Task.sleep(for: wait) }
    }
}
