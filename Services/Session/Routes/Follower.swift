internal import Messaging

/// Follows numbered events without gap or repetition: first what is stored, then what comes, and from the
/// database again whenever the bus skipped something.
struct Follower<Event: Sendable>: Sendable {
    private let start: Int
    private let subscription: Subscription<Event>
    private let number: @Sendable (Event) -> Int
    private let read: @Sendable (Int) async throws -> Slice<Event>

    /// A follower of events after `sequence`; it listens from now on.
    init(
        after sequence: Int, bus subscription: Subscription<Event>,
        number: @escaping @Sendable (Event) -> Int,
        read: @escaping @Sendable (Int) async throws -> Slice<Event>
    ) {
        start = sequence
        self.subscription = subscription
        self.number = number
        self.read = read
    }

    /// Gives every event to `body` until it answers false or the task is cancelled.
    /// - Throws: what `body` and reading throw.
    func follow(_ body: @Sendable (Event) async throws -> Bool) async throws {
        defer { subscription.cancel() }
        var last = start
        while !Task.isCancelled {
            guard try await catchUp(&last, body) else { return }
            guard try await listen(&last, body) else { return }
        }
    }

    /// Gives what is stored; false when `body` has enough.
    private func catchUp(
        _ last: inout Int, _ body: @Sendable (Event) async throws -> Bool
    ) async throws -> Bool {
        while true {
            let slice = try await read(last)
            for event in slice.elements {
                last = number(event)
                guard try await body(event) else { return false }
            }
            if !slice.hasMore { return true }
        }
    }

    /// Gives what comes, until something was missed; false when `body` has enough.
    private func listen(
        _ last: inout Int, _ body: @Sendable (Event) async throws -> Bool
    ) async throws -> Bool {
        while let delivery = await subscription.next(within: .seconds(Limits.followSeconds)) {
            guard case .event(let event) = delivery, number(event) <= last + 1 else { return true }
            if number(event) <= last { continue }
            last = number(event)
            guard try await body(event) else { return false }
        }
        return true
    }
}
