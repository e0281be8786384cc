internal import CSandbox
internal import Glibc
internal import Synchronization
internal import SystemKit

/// Makes sandboxes, one after the other, on a thread of its own, and takes apart what is left of them.
actor Workshop {
    private enum Limits {
        /// How much less the making of a spare sandbox matters than a run.
        static let spareNiceness = 10
    }

    private let loop: EventLoop
    private let cgroups: Cgroups
    private let seats: Seats
    private let pool: SandboxPool
    private var warden: Warden?
    private var place: Place?
    /// Counts the runs of the whole process: cgroups are named by it.
    private static let serial = Atomic<Int>(0)

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(loop: EventLoop, cgroups: Cgroups, seats: Seats, pool: SandboxPool) {
        self.loop = loop
        self.cgroups = cgroups
        self.seats = seats
        self.pool = pool
    }

    /// Builds the template, and moves a warden into it. First of all calls; returns what programs see of the
    /// host.
    func open(mounts: [ReadOnlyMount]) throws(SandboxFailure) -> [String] {
        let place = try ThreadApart.run { [seats] () throws(SandboxFailure) in
            let visible = try Template(mounts: mounts).visible
            return Place(
                mounts: try seats.ownNamespace("mnt"), names: try seats.ownNamespace("uts"), visible: visible)
        }
        self.place = place
        try instruct(try Warden())
        return place.visible
    }

    /// The template: namespaces that nobody of us is in.
    private struct Place {
        let mounts: SharedFD
        let names: SharedFD
        let visible: [String]
    }

    private func instruct(_ warden: Warden) throws(SandboxFailure) {
        guard let place else { throw .unsupported("the sandbox host is not open") }
        try warden.enter(mounts: place.mounts, names: place.names, cgroups: cgroups)
        for profile in SandboxProfile.allCases {
            try warden.learn(profile)
        }
        self.warden = warden
    }

    var hasLostWarden: Bool { warden?.isGone ?? false }

    /// Goes on with another warden if ours is gone; what the old one had made went with it.
    func replaceWarden() throws(SandboxFailure) {
        guard let warden, warden.isGone else { return }
        warden.close()
        try instruct(try Warden())
    }

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
        warden.take()?.close()
    }

    private func emptyBin() {
        let cells = pool.emptyBin()
        for cell in cells { cell.end() }
        pool.lend(-cells.count)
    }

    private func park(
        _ profile: SandboxProfile, _ limits: SandboxLimits, niceness: Int
    ) throws(SandboxFailure) -> Cell {
        guard let warden else { throw .unsupported("the sandbox host is closed") }
        let serial = Self.serial.add(1, ordering: .relaxed).newValue
        let seat = try seats.take()
        let cgroup = try cgroups.make("run\(serial)", limits: limits)
        let workspace = try Workspace(limits: limits)
        let control = try Pair.control()
        let orders = try Pair.control()
        let input = try Pair.pipe()
        let output = try Pair.pipe()
        let errors = try Pair.pipe()
        for number in [input.writer.number, output.reader.number, errors.reader.number] {
            try step("pipe") { fcntl(number, F_SETFL, O_NONBLOCK) }
        }
        let initProcess = try warden.park(
            profile, user: seat.seat.user, niceness: niceness,
            // As `enum csb_park_fd` wants them.
            fds: [
                seat.seat.network.descriptor.number, workspace.root.number, input.reader.number,
                output.writer.number, errors.writer.number, control.writer.number, orders.writer.number,
                orders.reader.number,
            ] + cgroup.joins)
        let parts = Cell.Parts(
            control: control.reader, orders: orders.reader, stdin: input.writer, stdout: output.reader,
            stderr: errors.reader)
        do {
            return try Cell(
                initProcess: initProcess, parts, workspace: workspace, cgroup: cgroup, seat: seat,
                limits: limits, warden: warden)
        } catch { throw .step("memory events", error) }
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
