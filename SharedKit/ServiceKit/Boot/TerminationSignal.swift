private import CKernel
internal import Glibc
private import Synchronization
internal import SystemKit

/// SIGTERM and SIGINT as something to wait for.
enum TerminationSignal {
    /// The eventfd that the handler writes to; the only thing a handler may safely touch.
    private static let descriptor = Atomic<CInt>(-1)

    /// Waits for the first of the two signals; from then on they have their default meaning again, so that a
    /// second one ends the process at once.
    /// - Throws: `SystemFailure` when no descriptor or thread is left.
    static func wait() async throws {
        let wake = FD(owning: try check("eventfd") { ck_eventfd(0) })
        try check("fcntl") { fcntl(wake.number, F_SETFL, 0) }
        let number = wake.release()
        descriptor.store(number, ordering: .sequentiallyConsistent)
        for code in [SIGTERM, SIGINT] { install(code) }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { done in listen(number, done) }
        } onCancel: {
            wakeUp()
        }
    }

    private static func listen(_ number: CInt, _ done: CheckedContinuation<Void, any Error>) {
        do {
            _ = try DedicatedThread(named: "signals") {
                var count: UInt64 = 0
                while read(number, &count, 8) == -1 && errno == EINTR {}
                for code in [SIGTERM, SIGINT] { signal(code, SIG_DFL) }
                done.resume()
            }
        } catch {
            done.resume(throwing: error)
        }
    }

    private static func wakeUp() {
        var one: UInt64 = 1
        write(descriptor.load(ordering: .relaxed), &one, 8)
    }

    private static func install(_ code: CInt) {
        signal(code) { _ in TerminationSignal.wakeUp() }
    }
}
