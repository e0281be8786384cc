private import SystemKit

/// Why a job that is being worked on must stop.
package enum Interruption: Error, Equatable, Sendable {
    /// Someone asked for it to be called off.
    case cancelled
    /// The lease went to another worker: store nothing.
    case leaseLost
    /// The worker is shutting down: give the job back.
    case draining
}

/// What a worker holds while it works on a job; interruptions arrive here.
package final class JobLease: Sendable {
    private struct State {
        var interruption: Interruption?
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    /// The job with the fence that was newest when it was claimed.
    package let job: Job
    private let state = Locked(State())

    init(of job: Job) { self.job = job }

    /// Why to stop, once there is a reason.
    package var interruption: Interruption? { state.withLock { $0.interruption } }

    /// Runs `body` and cancels it when the job is interrupted.
    /// - Throws: the `Interruption` when there was one, else what `body` throws.
    package func whileHeld<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        do {
            return try await withThrowingTaskGroup(of: Result?.self) { group in
                group.addTask { try await body() }
                group.addTask {
                    await self.interrupted()
                    return nil
                }
                defer { group.cancelAll() }
                while let ended = try await group.next() {
                    if let ended { return ended }
                    group.cancelAll()
                }
                throw Interruption.draining
            }
        } catch {
            throw interruption ?? error
        }
    }

    /// Suspends until the job is interrupted or the task is cancelled.
    package func interrupted() async {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.interruption != nil || Task.isCancelled { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }

    /// Delivers an interruption; the first one counts.
    func interrupt(_ reason: Interruption) {
        let waiters = state.withLock { state in
            state.interruption = state.interruption ?? reason
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }
}
