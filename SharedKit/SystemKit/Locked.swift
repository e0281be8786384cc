#if TSAN
    private import Glibc
#else
    private import Synchronization
#endif

/// State behind a lock, for short critical sections callable from anywhere.
///
/// The only place that names `Mutex`: on Linux the thread sanitizer reports every contended `Mutex` as a
/// race, so `-DTSAN` swaps in a pthread lock.
package final class Locked<State: Sendable>: Sendable {
    #if TSAN
        nonisolated(unsafe) private var state: State
        nonisolated(unsafe) private let lock: UnsafeMutablePointer<pthread_mutex_t>

        /// Guards `state` from now on.
        package init(_ state: State) {
            self.state = state
            lock = .allocate(capacity: 1)
            pthread_mutex_init(lock, nil)
        }

        deinit {
            pthread_mutex_destroy(lock)
            lock.deallocate()
        }

        /// Runs `body` with exclusive access; never await inside.
        package func withLock<Result, Failure: Error>(
            _ body: (inout State) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            pthread_mutex_lock(lock)
            defer { pthread_mutex_unlock(lock) }
            return try body(&state)
        }
    #else
        private let mutex: Mutex<State>

        /// Guards `state` from now on.
        package init(_ state: State) {
            mutex = Mutex(state)
        }

        /// Runs `body` with exclusive access; never await inside.
        package func withLock<Result: Sendable, Failure: Error>(
            _ body: (inout State) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            try mutex.withLock { state throws(Failure) in try body(&state) }
        }
    #endif

    /// A copy of the state as it is now.
    package var snapshot: State { withLock { $0 } }
}
