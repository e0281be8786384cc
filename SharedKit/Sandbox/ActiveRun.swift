internal import CSandbox
internal import Glibc
internal import SystemKit

/// A run as the reactor sees it: its descriptors, what was read so far, and when to look again.
final class ActiveRun {
    /// What a ready descriptor is, the low bits of its token.
    enum Kind: UInt64 { case control = 1, initProcess, stdout, stderr, stdin, memory }

    let id: UInt64
    let spec: SandboxSpec
    let mailbox: EventMailbox
    let runControl: RunControl
    let initProcess: SharedFD
    let control: FD
    let stdout: FD
    let stderr: FD
    let memoryEvent: SharedFD?
    let workspace: Workspace
    let cgroup: Cgroup
    private var seat: Seats.Lease?
    /// Gone when nothing more will be written.
    var stdin: SharedFD?

    var input = PendingInput()
    var output: [OutputStream: OutputCapture]
    var openStreams: Set<OutputStream> = [.stdout, .stderr]
    var watchedStreams: Set<OutputStream> = []
    var isInputWatched = false
    var isInitGone = false
    var ending = Ending()
    var result = SandboxResult()
    var clock: RunClock
    var samples: SampleBuffer
    private var lastWords: csb_message?

    init(
        id: UInt64, spec: SandboxSpec, sandbox: consuming LaunchedSandbox, runControl: RunControl,
        mailbox: EventMailbox
    ) throws(SystemFailure) {
        self.id = id
        self.spec = spec
        self.mailbox = mailbox
        self.runControl = runControl
        let now = monotonicNanoseconds()
        clock = RunClock(
            limits: spec.limits, begun: sandbox.begunNanoseconds, now: now, sampleRate: spec.sampleRate)
        samples = SampleBuffer()
        output = [
            .stdout: OutputCapture(limit: spec.limits.stdoutBytes),
            .stderr: OutputCapture(limit: spec.limits.stderrBytes),
        ]
        ending.limits = spec.limits
        memoryEvent = try sandbox.cgroup.watchMemory()
        initProcess = sandbox.initProcess
        control = sandbox.control
        stdin = sandbox.stdin
        stdout = sandbox.stdout
        stderr = sandbox.stderr
        workspace = sandbox.workspace
        cgroup = sandbox.cgroup
        seat = sandbox.seat
        if case .bytes(let bytes) = spec.stdin { input.append(bytes) }
        if case .stream = spec.stdin {} else { input.close() }
    }

    /// Every process is gone and everything they wrote is read.
    var isOver: Bool { isInitGone && openStreams.isEmpty }

    func token(_ kind: Kind) -> UInt64 { id << 3 | kind.rawValue }

    /// Ends the run because a limit is reached.
    func end(_ reason: SandboxFlag) {
        guard ending.exceeded.insert(reason).inserted else { return }
        clock.killed(at: monotonicNanoseconds())
        // The program may be known already: killing it instead of init keeps init's account of what it used.
        readControl()
        runControl.kill()
    }

    /// Reads init's messages.
    func readControl() {
        var message = csb_message()
        var passed: CInt = -1
        while csb_receive(control.number, &message, &passed) > 0 {
            switch message.kind {
            case UInt32(CSB_STARTED.rawValue):
                clock.started(at: message.nanoseconds)
                if passed >= 0 { runControl.started(SharedFD(FD(owning: passed))) }
            case UInt32(CSB_EXITED.rawValue):
                ending.status = message.status
                lastWords = message
                clock.stopSampling()
            default: ending.failure = (message.step, message.error)
            }
        }
    }

    /// The result, when `isOver`.
    func finish() -> SandboxResult {
        let ended = lastWords?.nanoseconds ?? monotonicNanoseconds()
        result.wallMicroseconds = clock.wallMicroseconds(until: ended)
        result.setupMicroseconds = clock.setupMicroseconds
        addUsage()
        if runControl.isCancelled { ending.exceeded.insert(.cancelled) }
        ending.outOfMemoryKills = cgroup.outOfMemoryKills
        ending.refusedForks = cgroup.refusedForks
        ending.isDiskFull = workspace.isFull
        ending.judge(&result)
        (result.collected, result.collectedLeftOut) = workspace.collect(spec)
        result.stdout = output[.stdout]?.captured ?? CapturedOutput()
        result.stderr = output[.stderr]?.captured ?? CapturedOutput()
        result.samples = samples.samples
        seat = nil
        return result
    }

    private func addUsage() {
        result.memoryBasis = cgroup.memoryPeakBytes == nil ? "rss" : cgroup.basis
        result.memoryPeakBytes = cgroup.memoryPeakBytes ?? Int(lastWords?.resident_bytes ?? 0)
        if cgroup.memoryPeakBytes == nil { ending.residentBytes = result.memoryPeakBytes }
        result.processesPeak = cgroup.processesPeak
        let fallback = (Int(lastWords?.user_microseconds ?? 0), Int(lastWords?.system_microseconds ?? 0))
        (result.cpuUserMicroseconds, result.cpuSystemMicroseconds) = cgroup.cpuSplitMicroseconds ?? fallback
        ending.usedCPUMicroseconds = result.cpuUserMicroseconds + result.cpuSystemMicroseconds
    }
}

extension ActiveRun {
    /// Where a stream is read from.
    func source(_ stream: OutputStream) -> (number: CInt, token: UInt64) {
        switch stream {
        case .stdout: (stdout.number, token(.stdout))
        case .stderr: (stderr.number, token(.stderr))
        }
    }
}
