internal import CSandbox
internal import Glibc
internal import SystemKit

/// One sandbox, from its making to its end, for one program: everything its one owner has to watch and, by
/// letting go, to remove.
///
/// It is *parked* when all that does not depend on the program is done: namespaces, mounts, cgroups, rights
/// given up, system calls filtered. Then it needs one message to run.
final class Cell: Sendable {
    /// Init's pidfd: readable when every process of the sandbox is gone.
    let initProcess: SharedFD
    let control: FD
    /// Abandoned by the program when it executes.
    let orders: FD
    /// Gone when nothing more will be written.
    let stdin: Locked<SharedFD?>
    let stdout: FD
    let stderr: FD
    let workspace: Workspace
    let cgroup: Cgroup
    let memoryEvent: SharedFD?
    let seat: Seats.Lease
    /// What it was made with; a program can have other limits.
    let limits: SandboxLimits
    /// With it every sandbox of its ends, a moment later.
    private let warden: Warden
    private let parked = Locked(Parked())

    private struct Parked {
        var readiness = Readiness.building
        var program: SharedFD?
    }

    /// How far a parked sandbox is.
    enum Readiness { case building, ready, broken }

    /// What of a cell the workshop makes before there is a process.
    struct Parts: ~Copyable {
        let control: FD
        let orders: FD
        let stdin: FD
        let stdout: FD
        let stderr: FD
    }

    init(
        initProcess: SharedFD, _ parts: consuming Parts, workspace: consuming Workspace,
        cgroup: consuming Cgroup, seat: Seats.Lease, limits: SandboxLimits, warden: Warden
    ) throws(SystemFailure) {
        self.initProcess = initProcess
        memoryEvent = try cgroup.watchMemory()
        control = parts.control
        orders = parts.orders
        stdin = Locked(SharedFD(parts.stdin))
        stdout = parts.stdout
        stderr = parts.stderr
        self.workspace = workspace
        self.cgroup = cgroup
        self.seat = seat
        self.limits = limits
        self.warden = warden
    }

    /// The program's pidfd, when it is known.
    var program: SharedFD? { parked.withLock { $0.program } }

    /// Whether a message is all that is missing. For nobody else while a run owns the cell.
    func look() -> Readiness {
        var message = csb_message()
        var passed: CInt = -1
        if warden.isGone { return .broken }
        let known = parked.withLock { $0.readiness }
        if known == .ready { return csb_is_abandoned(control.number) == 0 ? .ready : .broken }
        guard known == .building else { return known }
        let size = MemoryLayout<csb_message>.size
        let count = csb_receive(control.number, &message, size, &passed, 1, 0)
        if count == -1 && errno == EAGAIN { return .building }
        let isReady = count == size && message.kind == CSB_READY.rawValue && passed >= 0
        let program = passed < 0 ? nil : SharedFD(FD(owning: passed))
        if isReady { cgroup.startCounting(message) }
        return parked.withLock { parked in
            parked.program = program
            parked.readiness = isReady ? .ready : .broken
            return parked.readiness
        }
    }

    /// Gives a program its files and its limits, and starts it. Once only.
    func launch(
        _ spec: SandboxSpec, _ host: HostFiles, terminal: PseudoTerminal? = nil
    ) throws(SandboxFailure) {
        try workspace.resize(from: limits, to: spec.limits)
        try cgroup.limit(to: spec.limits, from: limits)
        try workspace.fill(spec.files, from: host, user: seat.seat.user)
        try workspace.addMountPoints(host)
        if case .empty = spec.stdin { stdin.withLock { $0 = nil } }
        let orders = Orders(
            spec: spec, limitsByCgroup: cgroup.limitsProcesses, countsByCgroup: cgroup.countsCPU,
            terminal: terminal?.program.number)
        try orders.send(to: self.orders, waitsForMounts: !host.trees.isEmpty)
        for (index, tree) in host.trees.enumerated() {
            try mount(tree, isLast: index + 1 == host.trees.count)
        }
    }

    private func mount(_ tree: HostFiles.Tree, isLast: Bool) throws(SandboxFailure) {
        var part = csb_mount()
        part.is_last = isLast ? 1 : 0
        withUnsafeMutableBytes(of: &part.target) { $0.copyBytes(from: tree.target.utf8.prefix($0.count - 1)) }
        let (control, size) = (control.number, MemoryLayout<csb_mount>.size)
        var number = tree.tree.descriptor.number
        try step("mount \(tree.target)") { csb_send(control, &part, size, nil, 0, &number, 1) }
    }

    /// Kills what is left and waits for the kernel to take it away, a second at most. Blocks.
    func end() {
        ignoring("what is already dead needs no killing") {
            try check("pidfd_send_signal") { csb_kill(initProcess.descriptor.number, SIGKILL) }
        }
        var event = pollfd(fd: initProcess.descriptor.number, events: Int16(POLLIN), revents: 0)
        poll(&event, 1, 1000)
    }
}
