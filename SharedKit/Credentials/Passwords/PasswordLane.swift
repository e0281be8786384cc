private import Glibc
package import SystemKit

/// Why a password could not be hashed or checked.
package enum PasswordFailure: Error, Equatable {
    /// Too many passwords wait: try again later.
    case overloaded(retryAfterMilliseconds: Int)
    /// The memory for hashing is not to be had.
    case outOfMemory
    /// The lane is closing.
    case closed
}

/// What came out of checking a password.
package struct PasswordVerdict: Hashable, Sendable {
    /// Whether it is the right one.
    package let matches: Bool
    /// The hash to store from now on, because passwords cost more today than when the old one was made.
    package let renewed: PasswordHash?
}

/// The threads on which passwords are hashed: few, of their own, behind a short queue, so that a storm of
/// logins takes half of the cores at most and everybody else is told to come back.
package final class PasswordLane: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var isClosed = false
    }

    /// What hashing costs here.
    package let cost: PasswordCost
    private let state = Locked(State())
    private let wakeUp: WakeUp
    private let bound: Int
    private let threadCount: Int
    private let threads: Locked<[DedicatedThread]> = Locked([])

    /// Starts the threads: half of the cores, at least one, unless told; `waiting` may wait besides.
    /// - Throws: `SystemFailure` when no thread or descriptor is left.
    package init(
        cost: PasswordCost = .standard,
        threads count: Int? = nil,
        waiting bound: Int? = nil
    ) throws(SystemFailure) {
        self.cost = cost
        self.bound = bound ?? Limits.waitingPasswords
        threadCount = count ?? max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN)) / 2)
        wakeUp = try WakeUp(oneByOne: true)
        for _ in 0..<threadCount {
            let thread = try DedicatedThread(named: "password") { [self] in serve() }
            threads.withLock { $0.append(thread) }
        }
    }

    /// The hash of a new password.
    package func hash(_ password: Secret) async throws(PasswordFailure) -> PasswordHash {
        let cost = cost
        return try await run { () throws(PasswordFailure) in try PasswordHash(of: password, cost: cost) }
    }

    /// Whether `password` is the one behind `hash`.
    package func check(
        _ password: Secret,
        against hash: PasswordHash
    ) async throws(PasswordFailure) -> PasswordVerdict {
        let cost = cost
        return try await run { () throws(PasswordFailure) in
            guard try hash.matches(password) else { return PasswordVerdict(matches: false, renewed: nil) }
            let renewed = hash.isCheaper(than: cost) ? try PasswordHash(of: password, cost: cost) : nil
            return PasswordVerdict(matches: true, renewed: renewed)
        }
    }

    /// How many passwords wait for a thread.
    package var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Finishes what waits, takes nothing new, and waits until the threads are gone. Blocks.
    package func close() {
        state.withLock { $0.isClosed = true }
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for _ in threads { wakeUp.signal() }
        for thread in threads { thread.join() }
    }

    private func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(PasswordFailure) -> Value
    ) async throws(PasswordFailure) -> Value {
        let result: Result<Value, PasswordFailure> = await withCheckedContinuation { continuation in
            let refusal = submit {
                do throws(PasswordFailure) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            if let refusal { continuation.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }

    private func submit(_ work: @escaping @Sendable () -> Void) -> PasswordFailure? {
        let refusal: PasswordFailure? = state.withLock { state in
            if state.isClosed { return .closed }
            guard state.waiting.count < bound else {
                let wait = state.waiting.count * Limits.passwordMilliseconds / threadCount
                return .overloaded(retryAfterMilliseconds: max(1000, wait))
            }
            state.waiting.append(work)
            return nil
        }
        if refusal == nil { wakeUp.signal() }
        return refusal
    }

    private func serve() {
        while true {
            let next: (work: (@Sendable () -> Void)?, isClosed: Bool) = state.withLock { state in
                (state.waiting.isEmpty ? nil : state.waiting.removeFirst(), state.isClosed)
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
