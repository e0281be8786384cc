internal import CSandbox
internal import Glibc
internal import Synchronization
internal import SystemKit

/// Builds sandboxes, one after the other, on a thread that lives in the template's namespace.
///
/// One thread has a second reason: no file is ever open for writing while another sandbox is cloned, so no
/// fresh program can be "busy" because a stranger's init still holds a copy of its descriptor.
actor Workshop {
    private let loop: EventLoop
    private let cgroups: Cgroups
    private let seats: Seats
    private let filters: [SandboxProfile: SeccompFilter]
    /// Counts the runs of the whole process: cgroups are named by it.
    private static let serial = Atomic<Int>(0)

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(loop: EventLoop, cgroups: Cgroups, seats: Seats) {
        self.loop = loop
        self.cgroups = cgroups
        self.seats = seats
        filters = Dictionary(
            uniqueKeysWithValues: SandboxProfile.allCases.map { ($0, SeccompFilter(.rules(of: $0))) })
    }

    /// Moves the thread into the template. First of all calls; returns what programs see of the host.
    func enter(mounts: [ReadOnlyMount]) throws(SandboxFailure) -> [String] {
        try Template(mounts: mounts).visible
    }

    /// Builds a sandbox and starts its program.
    func launch(_ spec: SandboxSpec, _ host: HostFiles) throws(SandboxFailure) -> LaunchedSandbox {
        guard let filter = filters[spec.profile] else { throw .unsupported("no filter for \(spec.profile)") }
        let begun = monotonicNanoseconds()
        let serial = Self.serial.add(1, ordering: .relaxed).newValue
        let seat = try seats.take()
        let cgroup = try cgroups.make("run\(serial)", limits: spec.limits)
        let workspace = try Workspace(limits: spec.limits)
        try workspace.fill(spec.files, from: host, user: seat.seat.user)
        try workspace.addMountPoints(host)
        let plan = LaunchPlan(
            spec: spec, filter: filter, user: seat.seat.user, joins: cgroup.joins, host: host,
            limitsByCgroup: cgroups.controllers.contains { $0 != .cpuacct })
        let input = try inputStream(spec.stdin)
        let output = try outputPipe()
        let errors = try outputPipe()
        let control = try Pipe(control: ())
        let ends = LaunchPlan.Ends(
            stdin: input.theirs, stdout: output.writer, stderr: errors.writer, control: control.writer)
        let initProcess = SharedFD(try plan.spawn(ends, workspace: workspace))
        return LaunchedSandbox(
            initProcess: initProcess, control: control.reader, stdin: input.ours, stdout: output.reader,
            stderr: errors.reader, workspace: workspace, cgroup: cgroup, seat: seat, begunNanoseconds: begun)
    }
}

/// The two ends of one of the program's streams.
private struct Stream: ~Copyable {
    let ours: SharedFD?
    let theirs: FD
}

/// Two connected descriptors, ours not blocking.
private struct Pipe: ~Copyable {
    let reader: FD
    let writer: FD

    init() throws(SandboxFailure) {
        var ends: [CInt] = [-1, -1]
        try step("pipe") { csb_pipe(&ends) }
        reader = FD(owning: ends[0])
        writer = FD(owning: ends[1])
    }

    init(control: ()) throws(SandboxFailure) {
        var ends: [CInt] = [-1, -1]
        try step("socketpair") { csb_control_pair(&ends) }
        reader = FD(owning: ends[0])
        writer = FD(owning: ends[1])
    }
}

private func outputPipe() throws(SandboxFailure) -> Pipe {
    let pipe = try Pipe()
    let number = pipe.reader.number
    try step("pipe") { fcntl(number, F_SETFL, O_NONBLOCK) }
    return pipe
}

private func inputStream(_ input: SandboxInput) throws(SandboxFailure) -> Stream {
    let pipe = try Pipe()
    // Not /dev/null: that inode would be everybody's, and a lock on it a channel.
    if case .empty = input { return Stream(ours: nil, theirs: pipe.reader) }
    let number = pipe.writer.number
    try step("pipe") { fcntl(number, F_SETFL, O_NONBLOCK) }
    return Stream(ours: SharedFD(pipe.writer), theirs: pipe.reader)
}
