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
    let cell: Cell
    let terminal: PseudoTerminal?

    var input = PendingInput()
    var output: [OutputStream: OutputCapture]
    /// Those that more can come from; a terminal is one for both.
    var openStreams: Set<OutputStream>
    var watchedStreams: Set<OutputStream> = []
    var isInputWatched = false
    var isMemoryWatched = false
    /// The result was given to the consumer; what is left of the sandbox is on its way out.
    var isSettled = false
    var isInitGone = false
    /// It has executed, and did not end at once.
    private(set) var hasBegun = false
    /// Its output is watched.
    var isAttended = false
    var ending = Ending()
    var result = SandboxResult()
    var clock: RunClock
    var samples = SampleBuffer()
    private var reporter: CallReporter?
    private var lastWords: csb_message?

    init(id: UInt64, _ started: StartedRun, mailbox: EventMailbox) {
        self.id = id
        self.mailbox = mailbox
        spec = started.spec
        cell = started.cell
        runControl = started.control
        terminal = started.terminal
        openStreams = terminal == nil ? [.stdout, .stderr] : [.stdout]
        clock = RunClock(
            limits: spec.limits, begun: started.begunNanoseconds, now: monotonicNanoseconds(),
            sampleRate: spec.sampleRate, mayMakeWay: cell.cgroup.mayMakeWay,
            startPrice: cell.cgroup.startPrice)
        output = [
            .stdout: OutputCapture(limit: terminal == nil ? spec.limits.stdoutBytes : 0),
            .stderr: OutputCapture(limit: spec.limits.stderrBytes),
        ]
        ending.limits = spec.limits
        result.isPooled = started.isPooled
        result.isWarm = started.cell.shape != nil
        if case .bytes(let bytes) = spec.stdin { input.append(bytes) }
        if case .stream = spec.stdin {} else { input.close() }
    }

    /// Gone when nothing more will be written.
    var stdin: SharedFD? { terminal?.keyboard ?? cell.stdin.snapshot }

    /// Every process of the program is dead: what is in the pipes is all there will be.
    var isProgramOver: Bool { lastWords != nil || isInitGone }

    func token(_ kind: Kind) -> UInt64 { id << 3 | kind.rawValue }

    /// Ends the run because a limit is reached.
    func end(_ reason: SandboxFlag) {
        guard ending.exceeded.insert(reason).inserted, !isProgramOver else { return }
        // To die takes time too.
        if clock.makesWay { cell.cgroup.makeWay(false) }
        clock.killed(at: monotonicNanoseconds())
        runControl.kill()
    }

    /// Reads what the sandbox says.
    func readControl() {
        var message = csb_message()
        var passed: CInt = -1
        let size = MemoryLayout<csb_message>.size
        while lastWords == nil, csb_receive(cell.control.number, &message, size, &passed, 1, 0) == size {
            let listener = passed < 0 ? nil : SharedFD(FD(owning: passed))
            switch message.kind {
            case CSB_READY.rawValue: ready(message, listener)
            case CSB_STARTED.rawValue: begun(message)
            case CSB_EXITED.rawValue: exited(message)
            default: ending.failure = ending.failure ?? (message.step, message.error)
            }
        }
    }

    /// It has its orders already, so it starts now.
    private func ready(_ message: csb_message, _ listener: SharedFD?) {
        cell.cgroup.startCounting(message)
        clock.started(at: monotonicNanoseconds())
        if let listener { report(to: listener) }
    }

    /// Without a thread nobody would answer: the listener goes, and every call of the program fails.
    private func report(to listener: SharedFD) {
        reporter = ignoring("a program whose calls cannot be noted is ended") { try CallReporter(listener) }
        if reporter == nil { runControl.killAll() }
    }

    private func begun(_ message: csb_message) {
        hasBegun = true
        cell.cgroup.startCounting(message)
        clock.started(at: message.started_nanoseconds)
    }

    private func exited(_ message: csb_message) {
        // A program that could not be executed has no status of its own.
        if ending.failure == nil { ending.status = message.status }
        lastWords = message
        cell.cgroup.startCounting(message)
        clock.ended(at: monotonicNanoseconds())
        if message.started_nanoseconds != 0 { clock.started(at: message.started_nanoseconds) }
    }

    /// The result, when the program is over and all it wrote is read.
    func finish() -> SandboxResult {
        let ended = lastWords?.ended_nanoseconds ?? monotonicNanoseconds()
        result.wallMicroseconds = clock.wallMicroseconds(until: ended)
        result.setupMicroseconds = clock.setupMicroseconds
        addUsage()
        if runControl.isCancelled { ending.exceeded.insert(.cancelled) }
        ending.outOfMemoryKills = cell.cgroup.outOfMemoryKills
        ending.refusedForks = cell.cgroup.refusedForks
        ending.isDiskFull = cell.workspace.isFull
        ending.judge(&result)
        (result.collected, result.collectedLeftOut) = cell.workspace.collect(spec)
        result.stdout = output[.stdout]?.captured ?? CapturedOutput()
        result.stderr = output[.stderr]?.captured ?? CapturedOutput()
        result.samples = samples.samples
        result.calls = reporter?.report
        isSettled = true
        return result
    }

    private func addUsage() {
        let peak = cell.cgroup.memoryPeakBytes
        result.memoryBasis = peak == nil ? "rss" : cell.cgroup.basis
        result.memoryPeakBytes = peak ?? Int(lastWords?.resident_bytes ?? 0)
        if peak == nil { ending.residentBytes = result.memoryPeakBytes }
        result.processesPeak = cell.cgroup.processesPeak
        let reaped = (Int(lastWords?.user_microseconds ?? 0), Int(lastWords?.system_microseconds ?? 0))
        (result.cpuUserMicroseconds, result.cpuSystemMicroseconds) =
            cell.cgroup.cpuSplitMicroseconds(otherwise: reaped)
        ending.usedCPUMicroseconds = result.cpuUserMicroseconds + result.cpuSystemMicroseconds
        ending.usedWallMicroseconds = result.wallMicroseconds - cell.cgroup.startPrice.wallMicroseconds
    }
}

extension ActiveRun {
    /// Where a stream is read from.
    func source(_ stream: OutputStream) -> (number: CInt, token: UInt64) {
        switch stream {
        case .stdout: (terminal?.screen.number ?? cell.stdout.number, token(.stdout))
        case .stderr: (cell.stderr.number, token(.stderr))
        }
    }
}

/// A program on its way, before the reactor knows it.
struct StartedRun: Sendable {
    let spec: SandboxSpec
    let cell: Cell
    let control: RunControl
    let terminal: PseudoTerminal?
    let isPooled: Bool
    /// When somebody asked for it.
    let begunNanoseconds: UInt64
}
