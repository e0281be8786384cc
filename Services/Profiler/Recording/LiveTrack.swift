internal import Contracts
internal import SystemKit

/// What a recording has taken and not yet stored, and who wants to hear of more.
final class LiveTrack: Sendable {
    /// What a follower does next.
    enum Step: Sendable, Equatable {
        /// Read the database: it holds samples behind the follower's.
        case stored
        /// These come next.
        case samples([UsageSample])
        /// Nothing new; the recording goes on.
        case wait
        /// Nothing new will come.
        case over
    }

    private struct State {
        var pending: [UsageSample] = []
        var storedAt: Int
        var isOver = false
        var nextFollower = 0
        var bells: [Int: AsyncStream<Void>.Continuation] = [:]
    }

    private let state: Locked<State>

    /// - Parameter storedAt: the time of the last stored sample, -1 when there is none.
    init(storedAt: Int) { state = Locked(State(storedAt: storedAt)) }

    func add(_ sample: UsageSample) {
        ring { $0.pending.append(sample) }
    }

    /// Everything up to `at` is in the database now.
    func stored(upTo at: Int) {
        state.withLock { state in
            state.storedAt = max(state.storedAt, at)
            state.pending.removeAll { $0.atMicroseconds <= at }
        }
    }

    func end() {
        ring { $0.isOver = true }
        let bells = state.withLock { state in
            defer { state.bells = [:] }
            return Array(state.bells.values)
        }
        for bell in bells { bell.finish() }
    }

    private func ring(_ change: (inout State) -> Void) {
        let bells = state.withLock { state in
            change(&state)
            return Array(state.bells.values)
        }
        for bell in bells { bell.yield() }
    }

    /// What comes behind the sample at `at` microseconds.
    func step(after at: Int) -> Step {
        state.withLock { state in
            if at < state.storedAt { return .stored }
            let samples = state.pending.filter { $0.atMicroseconds > at }
            if !samples.isEmpty { return .samples(samples) }
            return state.isOver ? .over : .wait
        }
    }

    /// Rings whenever there is something new and ends with the recording; many rings are one.
    /// - Throws: `Problem` (`overloaded`) when too many follow already.
    func follow() throws(Problem) -> AsyncStream<Void> {
        let (stream, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number: Int? = state.withLock { state in
            guard state.bells.count < Limits.followers else { return nil }
            if state.isOver { bell.finish() } else { state.bells[state.nextFollower] = bell }
            state.nextFollower += 1
            return state.nextFollower - 1
        }
        guard let number else { throw Problem(.overloaded, "too many follow this profile", retryAfter: 1000) }
        bell.onTermination = { [state] _ in state.withLock { _ = $0.bells.removeValue(forKey: number) } }
        return stream
    }
}
