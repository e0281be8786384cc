private import DequeModule
package import SystemKit

/// A few threads that do blocking work in order of arrival, behind a bounded queue.
package final class Lane: Sendable {
    private struct State {
        var waiting: Deque<@Sendable () -> Void> = []
        var isClosed = false
    }

    private let state = Locked(State())
    private let wakeUp: WakeUp
    private let bound: Int
    private let threads: Locked<[DedicatedThread]> = Locked([])

    /// Starts `threads` threads called `name` that share one queue of at most `bound` pieces of work.
    /// - Throws: `SystemFailure` when no thread or descriptor is left.
    package init(named name: String, threads count: Int, bound: Int) throws(SystemFailure) {
        precondition(count > 0 && bound > 0, "a lane has at least one thread and one place")
        self.bound = bound
        wakeUp = try WakeUp(oneByOne: true)
        for _ in 0..<count {
            let thread = try DedicatedThread(named: name) { [self] in serve() }
            threads.withLock { $0.append(thread) }
        }
    }

    /// Runs `body` on one of the threads and answers what it answers.
    /// - Throws: what `body` throws, `Overloaded` when the queue is full, `StoreFailure.closed` after
    ///   `close`.
    package func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let work: @Sendable () -> Void = { continuation.resume(with: Swift.Result(catching: body)) }
            if let refusal = submit(work) { continuation.resume(throwing: refusal) }
        }
    }

    /// Leaves `work` for one of the threads and goes on; answers why not, when it is not taken.
    package func submit(_ work: @escaping @Sendable () -> Void) -> (any Error)? {
        let refusal: (any Error)? = state.withLock { state in
            if state.isClosed { return StoreFailure.closed }
            if state.waiting.count >= bound { return Overloaded(waiting: state.waiting.count) }
            state.waiting.append(work)
            return nil
        }
        if refusal == nil { wakeUp.signal() }
        return refusal
    }

    /// Finishes what is queued, takes nothing new, and waits until the threads are gone.
    package func close() {
        state.withLock { $0.isClosed = true }
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for _ in threads { wakeUp.signal() }
        for thread in threads { thread.join() }
    }

    private func serve() {
        while true {
            let next: (work: (@Sendable () -> Void)?, isClosed: Bool) = state.withLock { state in
                (state.waiting.popFirst(), state.isClosed)
            }
            if let work = next.work {
                work()
            } else if next.isClosed {
                return
            } else {
                _ = wakeUp.wait()
            }
        }
    }
}
