private import CKernel
internal import Glibc

/// A thread of our own, for calls that block: those must never sit on the cooperative pool.
package struct DedicatedThread: Sendable {
    private let handle: pthread_t

    /// Starts `body` on a new thread called `name` (the kernel keeps its first 15 bytes).
    /// - Throws: `SystemFailure` when the machine has no thread left.
    package init(named name: String, _ body: @escaping @Sendable () -> Void) throws(SystemFailure) {
        var handle = pthread_t()
        let work = Unmanaged.passRetained(Work(name: name, body: body))
        let code = pthread_create(&handle, nil, threadMain, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw SystemFailure(call: "pthread_create", errno: code)
        }
        self.handle = handle
    }

    /// Waits until the thread has ended; call it exactly once, and not from a cooperative thread for long.
    package func join() {
        pthread_join(handle, nil)
    }
}

private final class Work: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func threadMain(_ raw: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let raw else { return nil }
    let work = Unmanaged<Work>.fromOpaque(raw).takeRetainedValue()
    ck_name_thread(String(work.name.prefix(15)))
    work.body()
    return nil
}
