/// Lets a bounded number of pieces of work run at once and a bounded number wait, first come first served.
package final class Lane: Sendable {
    /// There is no room even to wait.
    package struct Full: Error, Equatable {
        /// How many wait already.
        package let waiting: Int
    }

    private struct State: Sendable {
        var running = 0
        var nextNumber = 0
        var expected: Set<Int> = []
        var waiting: [(number: Int, since: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
    }

    private let width: Int
    private let room: Int
    private let state = Locked(State())

    /// A lane for `width` pieces of work at once with `room` places to wait.
    package init(width: Int, room: Int) {
        precondition(width >= 1 && room >= 0, "work needs a place")
        self.width = width
        self.room = room
    }

    /// Pieces of work under way and waiting.
    package var load: (running: Int, waiting: Int) {
        let now = state.snapshot
        return (now.running, now.waiting.count)
    }

    /// How long the first in the row has waited, milliseconds; 0 when nobody waits.
    package var longestWaitMilliseconds: Int {
        let first = state.withLock { $0.waiting.first?.since }
        return first.map { Int((monotonicNanoseconds() - $0) / 1_000_000) } ?? 0
    }

    /// Runs `work` when its turn comes.
    /// - Throws: `Full` at once when there is no room; `CancellationError` when the task ended while it
    ///   waited; what `work` throws.
    package func run<Value: Sendable>(_ work: @Sendable () async throws -> Value) async throws -> Value {
        try await enter()
        defer { exit() }
        return try await work()
    }

    private func enter() async throws {
        let (number, waiting) = state.withLock { state -> (Int, Int?) in
            if state.running >= width && state.waiting.count >= room { return (0, state.waiting.count) }
            state.nextNumber += 1
            state.expected.insert(state.nextNumber)
            return (state.nextNumber, nil)
        }
        if let waiting { throw Full(waiting: waiting) }
        let isAdmitted = await withTaskCancellationHandler {
            await withCheckedContinuation { join(number, $0) }
        } onCancel: {
            leave(number)
        }
        if !isAdmitted { throw CancellationError() }
    }

    private func join(_ number: Int, _ continuation: CheckedContinuation<Bool, Never>) {
        let answer: Bool? = state.withLock { state in
            if state.expected.remove(number) == nil { return false }
            if state.running < width {
                state.running += 1
                return true
            }
            state.waiting.append((number, monotonicNanoseconds(), continuation))
            return nil
        }
        if let answer { continuation.resume(returning: answer) }
    }

    private func leave(_ number: Int) {
        let continuation: CheckedContinuation<Bool, Never>? = state.withLock { state in
            state.expected.remove(number)
            guard let index = state.waiting.firstIndex(where: { $0.number == number }) else { return nil }
            return state.waiting.remove(at: index).continuation
        }
        continuation?.resume(returning: false)
    }

    /// Gives the place to the next who waits, or frees it.
    private func exit() {
        let next: CheckedContinuation<Bool, Never>? = state.withLock { state in
            if state.waiting.isEmpty {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: true)
    }
}
