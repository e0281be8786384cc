internal import CSandbox
internal import Glibc
internal import SystemKit

/// Makes sandboxes, one after the other, on a thread of its own, and takes apart what is left of them.
actor Workshop {
    private enum Limits {
        /// How much less the making of a spare sandbox matters than a run.
        static let spareNiceness = 10
    }

    private let loop: EventLoop
    private let ground: SandboxGround
    private let pool: SandboxPool

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(loop: EventLoop, ground: SandboxGround, pool: SandboxPool) {
        self.loop = loop
        self.ground = ground
        self.pool = pool
    }

    /// Goes on with another warden if ours is gone and we may.
    func replaceWarden() throws(SandboxFailure) { try ground.replaceWarden() }

    /// Makes a sandbox for a run that waits for it.
    func make(_ profile: SandboxProfile, limits: SandboxLimits) throws(SandboxFailure) -> Cell {
        let cell = try park(profile, limits, niceness: 0)
        pool.lend(1)
        return cell
    }

    /// Takes apart what is over, and makes one spare sandbox if one is missing. Only from the loop's thread.
    func tidy() {
        emptyBin()
        guard let (profile, limits) = pool.missing() else { return }
        let cell = ignoring("a spare sandbox is a luxury: whoever needs one now hears why there is none") {
            try park(profile, limits, niceness: Limits.spareNiceness)
        }
        if let cell { pool.add(cell, profile) } else { pool.pause() }
        if pool.missing() != nil { pool.refill() }
    }

    /// Ends the warden and with it everything it made; returns when their cgroups are gone.
    func close() {
        pool.close()
        emptyBin()
        ground.close()
    }

    private func emptyBin() {
        let cells = pool.emptyBin()
        for cell in cells { cell.end() }
        pool.lend(-cells.count)
    }

    private func park(
        _ profile: SandboxProfile, _ limits: SandboxLimits, niceness: Int
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
            profile, limits, niceness: niceness,
            // As `enum csb_park_fd` wants them.
            fds: [
                input.reader.number, output.writer.number, errors.writer.number, control.writer.number,
                orders.writer.number, orders.reader.number,
            ])
        let parts = Cell.Parts(
            control: control.reader, orders: orders.reader, stdin: input.writer, stdout: output.reader,
            stderr: errors.reader)
        do { return try Cell(parked, parts, of: warden, ground, limits: limits) } catch {
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
