internal import CSandbox
internal import Glibc
internal import SystemKit

/// Watches all runs at once: their output, their input, their end, and the clock.
actor Reactor {
    /// The timer's token; those of runs are 8 and more.
    private static let timerToken: UInt64 = 1
    private static let chunkBytes = 64 << 10

    private let loop: EventLoop
    private let pool: SandboxPool
    private let timer: FD
    private var runs: [UInt64: ActiveRun] = [:]
    private var buffer = [UInt8](repeating: 0, count: chunkBytes)
    private let newcomers = Newcomers()
    /// What the timer is set to.
    private var alarm = UInt64.max

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(loop: EventLoop, pool: SandboxPool) throws(SystemFailure) {
        self.loop = loop
        self.pool = pool
        timer = FD(owning: try check("timerfd_create") { csb_timer() })
        try loop.watch(timer, token: Self.timerToken, events: UInt32(CSB_IN))
    }

    /// Takes charge of a program on its way, soon: nobody has to wait for that. Returns the run's number.
    nonisolated func adopt(_ started: StartedRun, mailbox: EventMailbox) -> UInt64 {
        let (id, isFirst) = newcomers.add(started, mailbox)
        if isFirst { loop.poke() }
        return id
    }

    private func takeNewcomers() {
        let newcomers = newcomers.take()
        if newcomers.isEmpty { return }
        for newcomer in newcomers {
            let run = ActiveRun(id: newcomer.id, newcomer.started, mailbox: newcomer.mailbox)
            do { try watch(run) } catch {
                giveUp(run, error)
                continue
            }
            runs[run.id] = run
            feed(run)
        }
        arm()
    }

    /// A program that cannot be watched may not run.
    private func giveUp(_ run: ActiveRun, _ error: SystemFailure) {
        run.ending.failure = (Int32(CSB_STEP_CLONE.rawValue), error.errno)
        run.input.breakOff()
        run.mailbox.finish(run.finish())
        pool.discard(run.cell)
    }

    /// Somebody asks for a run, who may be faster than the loop.
    private func run(_ id: UInt64) -> ActiveRun? {
        takeNewcomers()
        return runs[id]
    }

    private func watch(_ run: ActiveRun) throws(SystemFailure) {
        let events = UInt32(CSB_IN)
        try loop.watch(run.cell.control, token: run.token(.control), events: events)
        try loop.watch(run.cell.initProcess.descriptor, token: run.token(.initProcess), events: events)
        try watchMemory(run)
    }

    /// It did not end at once: from now on everything it does is watched.
    private func attend(to run: ActiveRun) {
        run.isAttended = true
        run.runControl.started()
        // In this order, for both may have something by now.
        for stream in OutputStream.allCases
        where run.openStreams.contains(stream) && !run.watchedStreams.contains(stream) {
            ignoring("a stream that cannot be watched is drained at the end") { try resume(stream, of: run) }
        }
    }

    /// A descriptor is ready. Only from the loop's thread.
    func ready(_ token: UInt64) {
        if token == EventLoop.wakeToken { return takeNewcomers() }
        if token == Self.timerToken { return tick() }
        guard let run = runs[token >> 3], let kind = ActiveRun.Kind(rawValue: token & 7) else { return }
        switch kind {
        case .control: readControl(run)
        case .initProcess: initEnded(run)
        case .stdout: read(.stdout, of: run)
        case .stderr: read(.stderr, of: run)
        case .stdin: feed(run)
        case .memory: memoryRanOut(run)
        }
        settleIfOver(run)
    }

    /// Wherever its last words were read: nothing else of it will come.
    private func settleIfOver(_ run: ActiveRun) {
        guard run.isProgramOver, !run.isSettled else { return }
        drain(run)
        settle(run)
    }

    // MARK: input

    func write(_ bytes: [UInt8], to id: UInt64) async throws(SystemFailure) {
        guard let run = run(id), !run.input.isDone, !run.input.isClosing else {
            throw SystemFailure(call: "write", errno: EPIPE)
        }
        run.input.append(bytes)
        feed(run)
        if run.input.isBroken { throw SystemFailure(call: "write", errno: EPIPE) }
        if run.input.isComfortable { return }
        let isSent = await withCheckedContinuation { run.input.wait($0) }
        if !isSent { throw SystemFailure(call: "write", errno: EPIPE) }
    }

    func closeStdin(of id: UInt64) {
        guard let run = run(id) else { return }
        if run.terminal == nil { run.input.close() } else { run.input.append(PseudoTerminal.endOfInput) }
        feed(run)
    }

    /// Writes what the pipe takes; watches it while more is waiting, closes it when nothing will follow.
    private func feed(_ run: ActiveRun) {
        guard let stdin = run.stdin else { return run.input.breakOff() }
        run.input.send(to: stdin.descriptor.number)
        let mustWatch = !run.input.isEmpty && !run.input.isBroken
        if mustWatch != run.isInputWatched { watch(stdin, of: run, mustWatch) }
        if run.input.isDone { run.cell.stdin.withLock { $0 = nil } }
    }

    private func watch(_ stdin: SharedFD, of run: ActiveRun, _ watch: Bool) {
        run.isInputWatched = watch
        let number = stdin.descriptor.number
        ignoring("input that cannot be watched is sent with the next write") {
            try loop.watch(number: number, watch ? run.token(.stdin) : nil, events: UInt32(CSB_OUT))
        }
    }

    // MARK: output

    /// The consumer has room again.
    func resumeReading(of id: UInt64) {
        guard let run = run(id) else { return }
        for stream in run.openStreams where !run.watchedStreams.contains(stream) {
            ignoring("a stream that cannot be watched is drained at the end") { try resume(stream, of: run) }
        }
    }

    private func resume(_ stream: OutputStream, of run: ActiveRun) throws(SystemFailure) {
        run.watchedStreams.insert(stream)
        let (number, token) = run.source(stream)
        try loop.watch(number: number, token, events: UInt32(CSB_IN))
    }

    private func pause(_ stream: OutputStream, of run: ActiveRun) {
        guard run.watchedStreams.remove(stream) != nil else { return }
        ignoring("a closed stream is not watched any more") {
            try loop.watch(number: run.source(stream).number, nil, events: 0)
        }
    }

    /// Reads once; false when there is nothing for now or ever.
    @discardableResult
    private func read(_ stream: OutputStream, of run: ActiveRun) -> Bool {
        guard run.openStreams.contains(stream) else { return false }
        let count = Glibc.read(run.source(stream).number, &buffer, Self.chunkBytes)
        if count > 0 {
            take(buffer[..<count], stream, run)
            return true
        }
        if count == 0 || (errno != EAGAIN && errno != EINTR) {
            run.openStreams.remove(stream)
            pause(stream, of: run)
        }
        return false
    }

    private func take(_ bytes: ArraySlice<UInt8>, _ stream: OutputStream, _ run: ActiveRun) {
        guard var fitting = run.output[stream]?.take(bytes) else { return }
        // Nothing of a terminal is kept here, and nothing is too much: its consumer holds it up.
        if run.terminal != nil { fitting = Array(bytes) }
        if fitting.count < bytes.count { run.end(.outputLimit) }
        guard run.spec.streamsOutput, !fitting.isEmpty else { return }
        if !run.mailbox.offer(stream, fitting) && !run.isProgramOver { pause(stream, of: run) }
    }
}

extension Reactor {
    // MARK: the end

    private func readControl(_ run: ActiveRun) {
        run.readControl()
        if run.isProgramOver { return }
        if csb_is_abandoned(run.cell.control.number) != 0 {
            loop.unwatch(run.cell.control)
        } else if run.hasBegun && !run.isAttended {
            attend(to: run)
        }
        arm()
    }

    /// Every process is dead: what is left in the pipes is at most their capacity.
    private func drain(_ run: ActiveRun) {
        loop.unwatch(run.cell.control)
        for stream in OutputStream.allCases {
            while read(stream, of: run) {}
            run.openStreams.remove(stream)
            pause(stream, of: run)
        }
    }

    /// The sandbox is gone: what it had can be taken apart.
    private func initEnded(_ run: ActiveRun) {
        guard !run.isInitGone else { return }
        run.readControl()
        run.isInitGone = true
        loop.unwatch(run.cell.initProcess.descriptor)
        // Version 1 tells of a cgroup's removal in the same way, and again until somebody closes the event.
        unwatchMemory(run)
        if !run.isSettled {
            drain(run)
            settle(run)
        }
        runs[run.id] = nil
        pool.discard(run.cell)
    }

    /// Gives the consumer the result; the sandbox is still on its way out.
    private func settle(_ run: ActiveRun) {
        if run.isInputWatched, let stdin = run.stdin { watch(stdin, of: run, false) }
        run.input.breakOff()
        run.mailbox.finish(run.finish())
        run.clock.settled(at: monotonicNanoseconds())
        arm()
    }

    /// Now that nobody waits for anything: init goes, and a sandbox for somebody else is made.
    private func sayFarewell(to run: ActiveRun) {
        run.clock.saidFarewell()
        shutdown(run.cell.control.number, CInt(SHUT_RDWR))
        pool.refill()
    }

    // MARK: limits

    private func watchMemory(_ run: ActiveRun) throws(SystemFailure) {
        guard let number = run.cell.memoryEvent?.descriptor.number else { return }
        let events = UInt32(run.cell.cgroup.basis == "cgroup v2" ? CSB_PRI : CSB_IN)
        try loop.watch(number: number, run.token(.memory), events: events)
        run.isMemoryWatched = true
    }

    /// One process was killed for memory, or the group is at its limit: the run is over either way.
    private func memoryRanOut(_ run: ActiveRun) {
        guard let event = run.cell.memoryEvent, run.cell.cgroup.didRunOut(event) else { return }
        unwatchMemory(run)
        run.end(.memoryLimit)
        arm()
    }

    private func unwatchMemory(_ run: ActiveRun) {
        guard run.isMemoryWatched, let number = run.cell.memoryEvent?.descriptor.number else { return }
        run.isMemoryWatched = false
        ignoring("an event that cannot be unwatched comes once more") {
            try loop.watch(number: number, nil, events: 0)
        }
    }

    private func tick() {
        var expirations: UInt64 = 0
        _ = Glibc.read(timer.number, &expirations, 8)
        alarm = .max
        let now = monotonicNanoseconds()
        for run in runs.values where run.clock.next <= now {
            look(at: run, now)
            settleIfOver(run)
        }
        arm()
    }

    private func look(at run: ActiveRun, _ now: UInt64) {
        if let sampleTime = run.clock.nextSample, sampleTime <= now { sample(run, now) }
        if let end = run.clock.patienceEnd, end <= now {
            run.clock.lostPatience()
            run.runControl.killAll()
        }
        if run.clock.wantsCPU(at: now) { checkCPU(of: run, now) }
        if run.clock.wallEnd <= now { wallEnded(run) }
        if let farewell = run.clock.farewell, farewell <= now { sayFarewell(to: run) }
    }

    private func checkCPU(of run: ActiveRun, _ now: UInt64) {
        let used = run.cell.cgroup.cpuMicroseconds
        guard run.clock.mayUseMore(usedMicroseconds: used, now: now) else { return run.end(.cpuLimit) }
        if run.clock.changesStanding(usedMicroseconds: used, now: now, among: runs.count) {
            run.cell.cgroup.stand(as: run.clock.rank)
        }
    }

    private func wallEnded(_ run: ActiveRun) {
        let used = run.cell.cgroup.cpuMicroseconds ?? 0
        let isWaiting = run.stdin != nil && run.input.isEmpty && !run.input.isClosing
        if isWaiting && used * 10 < run.spec.limits.wall.wholeMicroseconds {
            run.ending.exceeded.insert(.idleStdin)
        }
        run.end(.wallLimit)
    }

    private func sample(_ run: ActiveRun, _ now: UInt64) {
        run.clock.sampled(now: now)
        let faults = run.cell.cgroup.pageFaults
        let sample = SandboxSample(
            elapsedMicroseconds: run.clock.wallMicroseconds(until: now),
            memoryBytes: run.cell.cgroup.memoryBytes ?? 0,
            cpuMicroseconds: run.cell.cgroup.cpuMicroseconds ?? 0,
            pageFaults: faults.all, majorFaults: faults.major, processes: run.cell.cgroup.processes)
        if run.samples.add(sample) { run.clock.sampleHalfAsOften() }
        run.mailbox.offer(sample)
    }

    /// Sets the one timer to the earliest moment of all runs. One that is set to an earlier moment stays: to
    /// wake up for nothing costs less than to set it with every step of every run.
    private func arm() {
        let next = max(runs.values.map(\.clock.next).min() ?? .max, 1)
        guard next < alarm else { return }
        alarm = next
        let number = timer.number
        ignoring("a valid instant can always be armed") {
            try check("timerfd_settime") { csb_arm(number, next) }
        }
    }
}
