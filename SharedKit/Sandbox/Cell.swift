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
    /// The program that was started in it ahead of its run; nil where none was.
    let shape: WarmShape?
    /// What that one said when it came to its script.
    let held = Locked(HeldProgram())
    /// What it was made with; a program can have other limits.
    let limits: SandboxLimits
    private let name: Warden.CellName
    /// With it every sandbox of its ends, a moment later.
    private let warden: Warden
    private let readiness = Locked(Readiness.building)

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
        _ made: Warden.Parked, _ parts: consuming Parts, of warden: Warden, _ ground: SandboxGround,
        limits: SandboxLimits, shape: WarmShape? = nil
    ) throws(SystemFailure) {
        guard made.cgroups.count == ground.cgroups.controllers.count else {
            throw SystemFailure(call: "recvmsg", errno: EMFILE)
        }
        initProcess = made.initProcess
        name = made.name
        self.warden = warden
        self.shape = shape
        // What was started ahead has paid for its start.
        let price = shape == nil ? nil : StartPrice()
        cgroup = Cgroup(made.cgroups, idle: made.idle, share: made.share, ground.cgroups, startPrice: price)
        var event = made.memoryEvent
        if event == nil { event = try cgroup.watchMemory() }
        memoryEvent = event
        control = parts.control
        orders = parts.orders
        stdin = Locked(SharedFD(parts.stdin))
        stdout = parts.stdout
        stderr = parts.stderr
        workspace = Workspace(root: made.workspace, owner: ground.fileOwner(made.user))
        self.limits = limits
    }

    /// Whether a message is all that is missing. For nobody else while a run owns the cell.
    func look() -> Readiness {
        var message = csb_message()
        var passed: CInt = -1
        if warden.isGone { return .broken }
        let known = readiness.snapshot
        if known == .ready { return csb_is_abandoned(control.number) == 0 ? .ready : .broken }
        guard known == .building else { return known }
        if shape != nil { return lookAhead() }
        let size = MemoryLayout<csb_message>.size
        let count = csb_receive(control.number, &message, size, &passed, 1, 0)
        if count == -1 && errno == EAGAIN { return .building }
        let now: Readiness = count == size && message.kind == CSB_READY.rawValue ? .ready : .broken
        if now == .ready { cgroup.startCounting(message) }
        return found(now)
    }

    func found(_ now: Readiness) -> Readiness {
        readiness.withLock { $0 = now }
        return now
    }

    /// Gives a program its files and its limits, and starts it. Once only.
    /// - Parameter trees: what it mounts; nil when that is still to be cloned.
    func launch(
        _ spec: SandboxSpec, _ host: HostFiles, trees: [SharedFD]?, terminal: PseudoTerminal? = nil
    ) throws(SandboxFailure) {
        var mustFit = !limits.areHeldAs(spec.limits)
        if mustFit, !spec.files.isEmpty {
            try fit(spec.limits, isLast: false, isAwaited: true)
            try waitUntilFitted()
            mustFit = false
        }
        let waits = mustFit || !host.trees.isEmpty
        var prepared = Result<Void, SandboxFailure>.success(())
        let prepare = {
            prepared = Result { () throws(SandboxFailure) in
                try self.prepare(spec, host, terminal, waitsForMounts: waits)
            }
        }
        let mounted: [SharedFD]
        if trees != nil || host.trees.isEmpty {
            prepare()
            mounted = trees ?? []
        } else {
            mounted = try warden.trees(of: host.opened, meanwhile: prepare)
        }
        try prepared.get()
        if mustFit { try fit(spec.limits, isLast: mounted.isEmpty) }
        for (index, tree) in mounted.enumerated() {
            try mount(tree, at: host.trees[index].target, isLast: index + 1 == mounted.count)
        }
    }

    /// All that the program needs but its mounts. The program's orders are the first it hears; what init does
    /// last lets it go on.
    private func prepare(
        _ spec: SandboxSpec, _ host: HostFiles, _ terminal: PseudoTerminal?, waitsForMounts: Bool
    ) throws(SandboxFailure) {
        try workspace.fill(spec.files, from: host)
        try workspace.addMountPoints(host)
        if case .empty = spec.stdin { stdin.withLock { $0 = nil } }
        let orders = Orders(
            spec: spec, limitsByCgroup: cgroup.limitsProcesses, countsByCgroup: cgroup.countsCPU,
            terminal: terminal?.program.number)
        try orders.send(to: self.orders, waitsForMounts: waitsForMounts)
    }

    private func fit(_ limits: SandboxLimits, isLast: Bool, isAwaited: Bool = false) throws(SandboxFailure) {
        var wish = csb_wish()
        wish.kind = CSB_FIT.rawValue
        wish.limits = limits.forTheKernel
        wish.is_last = isLast ? 1 : 0
        wish.number = isAwaited ? 1 : 0
        let number = control.number
        try step("limits") { csb_wish(number, &wish) }
    }

    /// What is written next needs the room.
    private func waitUntilFitted() throws(SandboxFailure) {
        let number = control.number
        while true {
            var message = csb_message()
            let count = csb_receive(number, &message, MemoryLayout<csb_message>.size, nil, 0, 1)
            guard count == MemoryLayout<csb_message>.size, message.kind != CSB_FAILED.rawValue else {
                throw .step("limits", SystemFailure(call: "wish", errno: count > 0 ? message.error : EPIPE))
            }
            if message.kind == CSB_FITTED.rawValue { return }
            if message.kind == CSB_READY.rawValue { cgroup.startCounting(message) }
            readiness.withLock { $0 = .ready }
        }
    }

    private func mount(_ tree: SharedFD, at target: String, isLast: Bool) throws(SandboxFailure) {
        var part = csb_mount()
        part.wish.kind = CSB_MOUNT.rawValue
        part.wish.is_last = isLast ? 1 : 0
        withUnsafeMutableBytes(of: &part.target) { $0.copyBytes(from: target.utf8.prefix($0.count - 1)) }
        let (control, size) = (control.number, MemoryLayout<csb_mount>.size)
        var number = tree.descriptor.number
        try step("mount \(target)") { csb_send(control, &part, size, nil, 0, &number, 1) }
    }

    /// Asks init to signal the program; 0 ends the whole sandbox. Where even that has no room, it ends too.
    func signal(_ number: CInt) {
        var wish = csb_wish()
        wish.kind = CSB_SIGNAL.rawValue
        wish.number = UInt32(number)
        let control = control.number
        let mustEnd = number == 0 || number == SIGKILL
        if csb_wish(control, &wish) == -1, errno == EAGAIN, mustEnd { shutdown(control, CInt(SHUT_RDWR)) }
    }

    /// Has the warden kill what is left and take its cgroups away.
    func end() {
        ignoring("a warden that is gone took its sandboxes with it") { try warden.end(name) }
    }
}

extension SandboxLimits {
    /// Whether the kernel holds the same for both.
    fileprivate func areHeldAs(_ other: SandboxLimits) -> Bool {
        memoryBytes == other.memoryBytes && processes == other.processes && diskBytes == other.diskBytes
            && inodes == other.inodes
    }
}
