private import CKernel
internal import NIOCore
private import NIOPosix

/// An event loop as an executor of tasks (SE-0417): what a request does between two waits stays on the thread
/// of its connection.
///
/// Waking another thread costs 50 to 100 us on a virtual machine whose processors sleep, several times for
/// each request; so services on the way of a run answer on their loops. What such a service does at one go
/// must be short: everything on the loop waits for it.
package final class LoopExecutor: TaskExecutor {
    private static let all = MultiThreadedEventLoopGroup.singleton.makeIterator().map { LoopExecutor($0) }

    private let loop: any EventLoop

    private init(_ loop: any EventLoop) {
        self.loop = loop
        // A loop comes before long work of others on its processor, programs of strangers for instance. A
        // kernel that knows no slices leaves the thread as it is.
        loop.execute { _ = ck_schedule(UInt64(CK_PROMPT)) }
    }

    /// The executor of the process's first loop, for work that belongs to no connection.
    package static var first: LoopExecutor { all[0] }

    /// The executor of a loop of the process; nil for a loop of tests.
    static func of(_ loop: any EventLoop) -> LoopExecutor? { all.first { $0.loop === loop } }

    /// Shows that all loops take work: returns when each has run something.
    static func visitAll() async {
        for executor in all { await withTaskExecutorPreference(executor) {} }
    }

    /// Runs a job on the loop, soon.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

extension EventLoop {
    /// Runs `body` at once on the loop itself, soon from anywhere else.
    func run(_ body: @escaping @Sendable () -> Void) {
        if inEventLoop { body() } else { execute(body) }
    }
}
