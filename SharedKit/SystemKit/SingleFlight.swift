/// Lets identical requests that come at the same time share one piece of work.
///
/// The first caller works in its own task; the others wait for its result. When the worker gives up (it was
/// cancelled), one of the waiting takes over: nobody suffers from somebody else's hurry.
package final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private enum Turn: Sendable {
        case lead
        case result(Result<Value, any Error>)
        case cancelled
    }

    private struct Flight: Sendable {
        var waiting: [(number: Int, continuation: CheckedContinuation<Turn, Never>)] = []
    }

    private struct State: Sendable {
        var flights: [Key: Flight] = [:]
        var nextNumber = 0
        /// Numbers handed out whose owner has neither joined nor left.
        var expected: Set<Int> = []
    }

    private let state = Locked(State())

    /// Nothing is under way.
    package init() {}

    /// The result of `work`, done by this caller or by another that asked for the same key before.
    /// - Throws: what the work throws, to all who wait; `CancellationError` when this task was cancelled.
    package func value(
        for key: Key, _ work: @Sendable () async throws -> Value
    ) async throws -> (value: Value, isShared: Bool) {
        switch await turn(for: key) {
        case .result(let result): return (try result.get(), true)
        case .cancelled: throw CancellationError()
        case .lead:
            do {
                let value = try await work()
                finish(key, .success(value))
                return (value, false)
            } catch {
                if error is CancellationError { handOver(key) } else { finish(key, .failure(error)) }
                throw error
            }
        }
    }

    private func turn(for key: Key) async -> Turn {
        let number = state.withLock {
            $0.nextNumber += 1
            $0.expected.insert($0.nextNumber)
            return $0.nextNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { join(key, number, $0) }
        } onCancel: {
            leave(key, number)
        }
    }

    private func join(_ key: Key, _ number: Int, _ continuation: CheckedContinuation<Turn, Never>) {
        let answer: Turn? = state.withLock { state in
            if state.expected.remove(number) == nil { return .cancelled }
            if state.flights[key] == nil {
                state.flights[key] = Flight()
                return .lead
            }
            state.flights[key]?.waiting.append((number, continuation))
            return nil
        }
        if let answer { continuation.resume(returning: answer) }
    }

    private func leave(_ key: Key, _ number: Int) {
        let continuation: CheckedContinuation<Turn, Never>? = state.withLock { state in
            guard let index = state.flights[key]?.waiting.firstIndex(where: { $0.number == number }) else {
                // Either it has not joined yet and will find that it may not, or it is at work or answered.
                state.expected.remove(number)
                return nil
            }
            return state.flights[key]?.waiting.remove(at: index).continuation
        }
        continuation?.resume(returning: .cancelled)
    }

    private func finish(_ key: Key, _ result: Result<Value, any Error>) {
        let flight = state.withLock { $0.flights.removeValue(forKey: key) }
        for waiter in flight?.waiting ?? [] { waiter.continuation.resume(returning: .result(result)) }
    }

    private func handOver(_ key: Key) {
        let next: CheckedContinuation<Turn, Never>? = state.withLock { state in
            guard var flight = state.flights[key], !flight.waiting.isEmpty else {
                state.flights[key] = nil
                return nil
            }
            let first = flight.waiting.removeFirst()
            state.flights[key] = flight
            return first.continuation
        }
        next?.resume(returning: .lead)
    }
}
