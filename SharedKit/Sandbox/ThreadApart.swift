internal import SystemKit

/// Does something to the namespaces of a thread that ends with it.
///
/// Never do such a thing on a thread that goes on: every thread it starts, those of the runtime included,
/// would inherit what it sees.
enum ThreadApart {
    /// Runs `body` on a thread of its own and waits for it. Blocks.
    static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws(SandboxFailure) -> Value
    ) throws(SandboxFailure) -> Value {
        let outcome = Locked<Result<Value, SandboxFailure>?>(nil)
        do {
            let thread = try DedicatedThread(named: "sandbox-apart") {
                let result = Result { () throws(SandboxFailure) in try body() }
                outcome.withLock { $0 = result }
            }
            thread.join()
        } catch { throw .step("thread", error) }
        guard let result = outcome.snapshot else { throw .unsupported("a thread ended without a word") }
        return try result.get()
    }
}
