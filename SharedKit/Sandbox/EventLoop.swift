internal import CKernel
internal import CSandbox
internal import Glibc
internal import Synchronization
internal import SystemKit

/// A thread that runs an actor's jobs and waits for descriptors with epoll; never a cooperative one.
///
/// An actor that names the loop as its executor has its state guarded by the thread itself. The loop ends
/// when `stop` is called; its owner must do so, because the thread keeps the loop alive.
final class EventLoop: SerialExecutor {
    typealias Handler = @Sendable (_ token: UInt64) -> Void

    private struct Queue {
        var jobs: [UnownedJob] = []
        var isStopped = false
    }

    /// Wakes the loop up; every other token is at least 1.
    static let wakeToken: UInt64 = 0

    private let epoll: FD
    private let wake: FD
    private let queue = Locked(Queue())
    private let thread = Atomic<UInt>(0)

    init() throws(SystemFailure) {
        epoll = FD(owning: try check("epoll_create1") { csb_epoll() })
        wake = FD(owning: try check("eventfd") { ck_eventfd(0) })
        let (epoll, wake) = (epoll.number, wake.number)
        try check("epoll_ctl") { csb_watch(epoll, wake, Self.wakeToken, UInt32(CSB_IN)) }
    }

    /// Starts the thread; `handler` gets the token of every descriptor that is ready, 0 when it was woken up.
    /// - Parameter isPrompt: whether somebody waits for what it does, so that it comes before long work.
    func start(name: String, isPrompt: Bool = false, handler: @escaping Handler) throws(SystemFailure) {
        let start = LoopStart(loop: self, name: name, isPrompt: isPrompt, handler: handler)
        let context = Unmanaged.passRetained(start)
        var created = pthread_t()
        let code = pthread_create(
            &created, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<LoopStart>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard code == 0 else {
            context.release()
            throw SystemFailure(call: "pthread_create", errno: code)
        }
        pthread_detach(created)
    }

    /// Ends the thread after the jobs it already has.
    func stop() {
        queue.withLock { $0.isStopped = true }
        signalWake()
    }

    func watch(_ fd: borrowing FD, token: UInt64, events: UInt32) throws(SystemFailure) {
        let (epoll, number) = (epoll.number, fd.number)
        try check("epoll_ctl") { csb_watch(epoll, number, token, events) }
    }

    /// Watches for `token`, or not any more.
    func watch(number: CInt, _ token: UInt64?, events: UInt32) throws(SystemFailure) {
        let epoll = epoll.number
        try check("epoll_ctl") {
            token.map { csb_watch(epoll, number, $0, events) } ?? csb_unwatch(epoll, number)
        }
    }

    func unwatch(_ fd: borrowing FD) {
        let (epoll, number) = (epoll.number, fd.number)
        ignoring("a descriptor that is not watched needs no end of that") {
            try check("epoll_ctl") { csb_unwatch(epoll, number) }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = queue.withLock { queue in
            queue.jobs.append(job)
            return queue.jobs.count == 1
        }
        if isFirst { signalWake() }
    }

    func checkIsolated() {
        precondition(thread.load(ordering: .relaxed) == UInt(pthread_self()), "runs on the loop's own thread")
    }

    fileprivate func run(handler: Handler) {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        var ready = [csb_ready](repeating: csb_ready(), count: 64)
        while true {
            let count = csb_wait(epoll.number, &ready, 64)
            for event in ready.prefix(Int(max(count, 0))) {
                if event.token == Self.wakeToken { acknowledgeWake() }
                handler(event.token)
            }
            if !runJobs() { return }
        }
    }

    /// Runs what is queued; false when the loop is over.
    private func runJobs() -> Bool {
        let (jobs, isStopped) = queue.withLock { queue in
            let taken = queue.jobs
            queue.jobs.removeAll(keepingCapacity: true)
            return (taken, queue.isStopped)
        }
        for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
        return !isStopped || !jobs.isEmpty
    }

    /// Makes the handler run soon.
    func poke() { signalWake() }

    private func signalWake() {
        var one: UInt64 = 1
        _ = Glibc.write(wake.number, &one, 8)
    }

    private func acknowledgeWake() {
        var count: UInt64 = 0
        _ = Glibc.read(wake.number, &count, 8)
    }
}

/// What a new thread needs to become the loop's.
private final class LoopStart {
    let loop: EventLoop
    let name: String
    let isPrompt: Bool
    let handler: EventLoop.Handler

    init(loop: EventLoop, name: String, isPrompt: Bool, handler: @escaping EventLoop.Handler) {
        self.loop = loop
        self.name = name
        self.isPrompt = isPrompt
        self.handler = handler
    }

    /// No signal is for this thread: a broken pipe is an error of a write, and children must start clean.
    func run() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        _ = ck_name_thread(name)
        // As good as it gets without a right: a kernel that knows no slices leaves the thread as it is.
        if isPrompt { _ = ck_schedule(UInt64(CK_PROMPT)) }
        loop.run(handler: handler)
    }
}
