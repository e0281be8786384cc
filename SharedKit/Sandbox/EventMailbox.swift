internal import SystemKit

/// Carries a run's events from the reactor to its one consumer, holding a bounded number of bytes.
final class EventMailbox: Sendable {
    enum Limits {
        /// Output waiting for the consumer; beyond it the program's pipe is not read.
        static let waitingBytes = 256 << 10
        /// Samples waiting for the consumer; beyond it they are left out (the result has them).
        static let waitingEvents = 1024
    }

    fileprivate struct State {
        var waiting: [SandboxEvent] = []
        var taken = 0
        var bytes = 0
        var isPaused = false
        var isOver = false
        /// The last event is here, read or not.
        var hasEnded = false
        var consumer: CheckedContinuation<SandboxEvent?, Never>?
        var mourner: CheckedContinuation<Void, Never>?
    }

    private let state = Locked(State())

    /// Adds output; false asks the reactor to stop reading until `next` says `resume`.
    func offer(_ stream: OutputStream, _ bytes: [UInt8]) -> Bool {
        let (consumer, hasRoom) = state.withLock { state in
            if let consumer = state.consumer.take() { return (Optional(consumer), true) }
            state.waiting.append(.output(stream, bytes))
            state.bytes += bytes.count
            // A pause ends by `resume` alone: a stream that was told to stop waits for it.
            if state.bytes >= Limits.waitingBytes { state.isPaused = true }
            return (nil, !state.isPaused)
        }
        consumer?.resume(returning: .output(stream, bytes))
        return hasRoom
    }

    /// Adds a sample, unless the consumer is far behind.
    func offer(_ sample: SandboxSample) {
        let consumer = state.withLock { state in
            if let consumer = state.consumer.take() { return Optional(consumer) }
            if state.waiting.count - state.taken < Limits.waitingEvents {
                state.waiting.append(.sample(sample))
            }
            return nil
        }
        consumer?.resume(returning: .sample(sample))
    }

    /// Adds the last event.
    func finish(_ result: SandboxResult) {
        let (consumer, mourner) = state.withLock { state in
            state.hasEnded = true
            let consumer = state.consumer.take()
            if consumer == nil { state.waiting.append(.finished(result)) } else { state.isOver = true }
            return (consumer, state.mourner.take())
        }
        consumer?.resume(returning: .finished(result))
        mourner?.resume()
    }

    /// Returns when the last event is here, however many before it are unread. For one waiter.
    func waitForEnd() async {
        await withCheckedContinuation { waiter in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.mourner = waiter }
                return state.hasEnded
            }
            if hasEnded { waiter.resume() }
        }
    }

    /// The next event; nil after the last. `resume` is true when the reactor may read again: never for who
    /// had to wait, because then nothing was there to pause for.
    func next() async -> (event: SandboxEvent?, resume: Bool) {
        let (ready, resume, mustWait) = state.withLock { $0.take() }
        if !mustWait { return (ready, resume) }
        var mayResume = false
        let event = await withCheckedContinuation { continuation in
            let (event, resume, mustWait) = state.withLock { state in
                let taken = state.take()
                if taken.2 { state.consumer = continuation }
                return taken
            }
            mayResume = resume
            if !mustWait { continuation.resume(returning: event) }
        }
        return (event, mayResume)
    }
}

extension EventMailbox.State {
    /// The oldest event, whether reading may go on, and whether there is nothing yet.
    fileprivate mutating func take() -> (SandboxEvent?, Bool, Bool) {
        if taken == waiting.count { return (nil, false, !isOver) }
        let event = waiting[taken]
        taken += 1
        if taken == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            taken = 0
        }
        if case .finished = event { isOver = true }
        if case .output(_, let chunk) = event { bytes -= chunk.count }
        let resume = isPaused && bytes <= EventMailbox.Limits.waitingBytes / 2
        if resume { isPaused = false }
        return (event, resume, false)
    }
}
