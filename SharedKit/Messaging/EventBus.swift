private import DequeModule
private import SystemKit

/// What a subscriber hears next.
package enum Delivery<Event: Sendable>: Sendable {
    /// The next event.
    case event(Event)
    /// Too much came at once: events after the last one delivered were skipped; read on from the database.
    case skipped
}

/// Tells tasks of this process about events as they are committed, key by key.
///
/// Nothing is kept for a slow subscriber beyond its bound: it is told that events were skipped and resumes by
/// sequence number from the database.
package final class EventBus<Key: Hashable & Sendable, Event: Sendable>: Sendable {
    private let subscribers: Locked<[Key: [Int: Subscription<Event>]]> = Locked([:])
    private let numbers = Locked(0)
    private let bound: Int

    /// A bus that keeps up to `bound` events for each subscriber, 256 unless told.
    package init(bound: Int? = nil) {
        self.bound = bound ?? Limits.subscriberEvents
        precondition(self.bound > 0, "a subscriber has room for an event")
    }

    /// Hears of the key's events from now on, until the subscription is cancelled or gone.
    package func subscribe(to key: Key) -> Subscription<Event> {
        let number = numbers.withLock { number in
            number += 1
            return number
        }
        let subscription = Subscription<Event>(bound: bound) { [weak self] in self?.remove(number, from: key)
        }
        subscribers.withLock { $0[key, default: [:]][number] = subscription }
        return subscription
    }

    /// Tells the key's subscribers; never waits for one.
    package func publish(_ event: Event, to key: Key) {
        let listening = subscribers.withLock { $0[key].map { Array($0.values) } ?? [] }
        for subscription in listening { subscription.offer(event) }
    }

    /// How many subscribe to the key.
    package func subscriberCount(of key: Key) -> Int { subscribers.withLock { $0[key]?.count ?? 0 } }

    private func remove(_ number: Int, from key: Key) {
        subscribers.withLock { subscribers in
            subscribers[key]?[number] = nil
            if subscribers[key]?.isEmpty == true { subscribers[key] = nil }
        }
    }
}

/// One listener's bounded place on a bus.
package final class Subscription<Event: Sendable>: Sendable {
    private struct State {
        var waiting: Deque<Event> = []
        var hasSkipped = false
    }

    private let state = Locked(State())
    private let bell = Doorbell()
    private let bound: Int
    private let onCancel: @Sendable () -> Void

    init(bound: Int, onCancel: @escaping @Sendable () -> Void) {
        self.bound = bound
        self.onCancel = onCancel
    }

    /// The next event, or that events were skipped; nil when the task is cancelled; one reader at a time.
    package func next() async -> Delivery<Event>? {
        while !Task.isCancelled {
            if let delivery = take() { return delivery }
            await bell.wait()
        }
        return nil
    }

    /// The same, or nil after `limit` without any.
    package func next(within limit: Duration) async -> Delivery<Event>? {
        if let delivery = take() { return delivery }
        await bell.wait(atMost: limit)
        return take()
    }

    /// Hears nothing more; call it when done listening.
    package func cancel() { onCancel() }

    func offer(_ event: Event) {
        state.withLock { state in
            if state.hasSkipped { return }
            if state.waiting.count < bound {
                state.waiting.append(event)
            } else {
                state.waiting.removeAll()
                state.hasSkipped = true
            }
        }
        bell.ring()
    }

    private func take() -> Delivery<Event>? {
        state.withLock { state in
            if let event = state.waiting.popFirst() { return .event(event) }
            defer { state.hasSkipped = false }
            return state.hasSkipped ? .skipped : nil
        }
    }
}
