internal import CSandbox
internal import Glibc
internal import SystemKit

/// Makes sandboxes, one after the other, on a thread of its own, and takes apart what is left of them.
actor Workshop {
    private enum Limits {
        /// How much less the making of a spare sandbox matters than a run, while another one waits.
        static let spareNiceness = 10
    }

    private let loop: EventLoop
    private let ground: SandboxGround
    private let pool: SandboxPool
    private let timer: FD
    private let bin: Bin

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(
        loop: EventLoop, ground: SandboxGround, pool: SandboxPool, timerToken: UInt64
    ) throws(SystemFailure) {
        self.loop = loop
        self.ground = ground
        self.pool = pool
        timer = FD(owning: try check("timerfd_create") { csb_timer() })
        bin = try Bin()
        try loop.watch(timer, token: timerToken, events: UInt32(CSB_IN))
    }

    /// Goes on with another warden if ours is gone and we may.
    func replaceWarden() throws(SandboxFailure) { try ground.replaceWarden() }

    /// A sandbox, and what of the host its run mounts; nil when that is still to be cloned.
    struct Made: Sendable {
        let cell: Cell
        let trees: Result<[SharedFD]?, SandboxFailure>
    }

    /// Makes a sandbox for a run that waits for it; what the run mounts is cloned meanwhile.
    func make(
        _ profile: SandboxProfile, limits: SandboxLimits, _ host: HostFiles
    ) throws(SandboxFailure) -> Made {
        var trees = Result<[SharedFD]?, SandboxFailure>.success(nil)
        let cell = try park(profile, limits, niceness: 0) {
            trees = Result { () throws(SandboxFailure) in try ground.trees(of: host) }
        }
        pool.lend(1)
        return Made(cell: cell, trees: trees)
    }

    /// Takes apart what is over, and makes one spare sandbox if one is missing. Only from the loop's thread.
    func tidy() {
        let now = monotonicNanoseconds()
        pool.expire(at: now)
        for cell in pool.hurry(at: now) where cell.cgroup.mayMakeWay { cell.cgroup.makeWay(false) }
        emptyBin()
        ground.stockSpares(at: now)
        guard let (profile, limits, isUrgent) = pool.missing() else { return startAhead() }
        let cell = ignoring("a spare sandbox is a luxury: whoever needs one now hears why there is none") {
            try park(profile, limits, niceness: isUrgent ? 0 : Limits.spareNiceness)
        }
        if let cell { pool.add(cell, profile) } else { pool.pause() }
        pool.refill()
    }

    /// Starts one interpreter for whoever runs the next script, where nobody else wants the processor.
    private func startAhead() {
        let now = monotonicNanoseconds()
        defer { arm([pool.nextLook, ground.spares.nextLook].compactMap { $0 }.min()) }
        guard let shape = pool.missingWarm(at: now) else { return }
        let cell = ignoring("an interpreter that cannot wait is started when it is needed") {
            try warmUp(shape)
        }
        if let cell { pool.add(cell, shape, at: now) } else { pool.pause() }
        pool.refill()
    }

    private func warmUp(_ shape: WarmShape) throws(SandboxFailure) -> Cell {
        let (profile, limits) = (shape.spec.profile, shape.spec.limits)
        let cell = try park(profile, limits, niceness: Limits.spareNiceness, shape: shape)
        do { try cell.startAhead(shape) } catch {
            cell.end()
            throw error
        }
        return cell
    }

    /// The next moment at which something has waited too long; the loop calls `tidy` then.
    private func arm(_ instant: UInt64?) {
        let number = timer.number
        ignoring("a valid instant can always be armed") {
            try check("timerfd_settime") { csb_arm(number, instant ?? 0) }
        }
    }

    /// Ends the warden and with it everything it made; returns when their cgroups are gone.
    func close() {
        pool.close()
        emptyBin()
        bin.empty()
        ground.close()
    }

    private func emptyBin() {
        let cells = pool.emptyBin()
        for cell in cells { cell.end() }
        pool.lend(-cells.count)
        bin.take(cells)
    }

    private func park(
        _ profile: SandboxProfile, _ limits: SandboxLimits, niceness: Int, shape: WarmShape? = nil,
        meanwhile: () -> Void = {}
    ) throws(SandboxFailure) -> Cell {
        guard let warden = ground.warden else { throw .unsupported("the sandbox host is closed") }
        let control = try Pair.control()
        let orders = try Pair.control()
        let input = try Pair.pipe()
        let output = try Pair.pipe()
        let errors = try Pair.pipe()
        for number in [input.writer.number, output.reader.number, errors.reader.number] {
            try step("pipe") { fcntl(number, F_SETFL, O_NONBLOCK) }
        }
        let parked = try warden.park(
            profile, limits, niceness: niceness, isWarm: shape != nil,
            // As `enum csb_park_fd` wants them.
            fds: [
                input.reader.number, output.writer.number, errors.writer.number, control.writer.number,
                orders.writer.number, orders.reader.number,
            ], meanwhile: meanwhile)
        let parts = Cell.Parts(
            control: control.reader, orders: orders.reader, stdin: input.writer, stdout: output.reader,
            stderr: errors.reader)
        do { return try Cell(parked, parts, of: warden, ground, limits: limits, shape: shape) } catch {
            ignoring("a warden that is gone took it with it") { try warden.end(parked.name) }
            throw .step("memory events", error)
        }
    }
}

/// Two connected descriptors; of sockets `reader` is ours.
private struct Pair: ~Copyable {
    let reader: FD
    let writer: FD

    private init(_ name: String, _ make: (UnsafeMutablePointer<CInt>) -> CInt) throws(SandboxFailure) {
        var ends: [CInt] = [-1, -1]
        try step(name) { make(&ends) }
        reader = FD(owning: ends[0])
        writer = FD(owning: ends[1])
    }

    static func pipe() throws(SandboxFailure) -> Pair { try Pair("pipe", csb_pipe) }
    static func control() throws(SandboxFailure) -> Pair { try Pair("socketpair", csb_control_pair) }
}
