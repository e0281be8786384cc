internal import CKernel
internal import CSandbox
internal import Glibc
internal import SystemKit

/// The small process that makes all sandboxes of a host (`Warden.c`): this executable, started again.
///
/// It has no memory, environment or descriptors of ours, so a sandbox, which is its copy, has none either.
/// When either of us ends, the sandboxes end; it removes their cgroups. Calls wait for their answer.
final class Warden: Sendable {
    private let socket: FD
    /// The mounter's, for whoever starts a program.
    private let mounter: Locked<SharedFD>
    private let process: pid_t
    /// The hierarchies of cgroups, as it was told them.
    private let controllers = Locked<[CgroupLayout.Controller]>([])
    /// The cgroups that cells keep.
    private let kept = Locked<[UInt32: [CgroupLayout.Controller: CgroupPart]]>([:])

    /// Starts it; it needs root.
    init() throws(SandboxFailure) {
        var ends: [CInt] = [-1, -1]
        try step("warden") { csb_control_pair(&ends) }
        socket = FD(owning: ends[0])
        let theirs = FD(owning: ends[1])
        try step("warden") { csb_control_pair(&ends) }
        mounter = Locked(SharedFD(FD(owning: ends[0])))
        let mounters = FD(owning: ends[1])
        process = try Self.spawn(sockets: [theirs.number, mounters.number])
    }

    /// Its end follows that of the socket; then nothing of it is left but an entry in the process table.
    deinit { waitpid(process, nil, WNOHANG) }

    private static func spawn(sockets: [CInt]) throws(SandboxFailure) -> pid_t {
        let strings = CStrings()
        var what = ck_spawn()
        what.path = strings.string("/proc/self/exe")
        what.arguments = strings.array([CSB_WARDEN])
        // All names are looked up at once, so that it can let go of the libraries.
        let libraries = getenv("LD_LIBRARY_PATH").map { ["LD_LIBRARY_PATH=\(String(cString: $0))"] } ?? []
        what.environment = strings.array(["LD_BIND_NOW=1"] + libraries)
        what.socket_count = CInt(sockets.count)
        (what.input, what.output, what.error) = (-1, -1, 2)
        // Of its own, so that what ends a service's process group lets the warden clean up after it.
        what.own_session = 1
        let pid = sockets.withUnsafeBufferPointer { sockets in
            what.sockets = sockets.baseAddress
            return withExtendedLifetime(strings) { ck_spawn(&what) }
        }
        return try step("warden") { pid }
    }

    /// For an event loop: hangs up when it has ended.
    var number: CInt { socket.number }

    /// Whether it has ended, by whatever hand.
    var isGone: Bool { csb_is_abandoned(socket.number) != 0 }

    /// Waits for its end, which takes as long as its sandboxes need to go.
    func close() {
        shutdown(socket.number, CInt(SHUT_RDWR))
        waitpid(process, nil, 0)
    }

    /// Moves it into the template, and tells what all sandboxes have in common.
    /// - Returns: whether workspaces are shown to `owner` as its own.
    func enter(
        _ place: SandboxGround.Place, cgroups: Cgroups, owner: ServiceUser
    ) throws(SandboxFailure) -> Bool {
        var frame = csb_frame()
        frame.kind = CSB_ENTER.rawValue
        frame.user = Self.firstUser
        frame.owner = owner.user
        frame.group = owner.group
        withUnsafeMutableBytes(of: &frame.name) { $0.copyBytes(from: cgroups.name.utf8.prefix($0.count - 1)) }
        withUnsafeMutableBytes(of: &frame.hierarchies) { table in
            cgroups.controllers.map(\.hierarchy).withUnsafeBytes { table.copyMemory(from: $0) }
        }
        controllers.withLock { $0 = cgroups.controllers }
        let places = [place.mounts.descriptor.number, place.names.descriptor.number]
        return try ask(frame, fds: places + cgroups.directories).answer.is_mapped != 0
    }

    /// A block of user numbers per process, so that counts per user do not mix.
    private static var firstUser: uid_t {
        uid_t(CSB_FIRST_USER) + uid_t(getpid()) % processBlocks * uid_t(CSB_CELLS)
    }
    private static let processBlocks: uid_t = 65_535

    /// From now on it makes and ends sandboxes only.
    func seal() throws(SandboxFailure) {
        var frame = csb_frame()
        frame.kind = CSB_SEAL.rawValue
        try ask(frame)
    }

    func learn(_ profile: SandboxProfile) throws(SandboxFailure) {
        let filter =
            profile == .report
            ? SeccompFilter(askingUnless: CallReporter.secret) : SeccompFilter(.rules(of: profile))
        var frame = csb_frame()
        frame.kind = CSB_FILTERS.rawValue
        frame.profile = profile.number
        frame.length = UInt32(filter.bytes.count)
        try ask(frame, body: filter.bytes)
    }

    /// What the warden made, and what of it we may hold: nothing that could be written but the box, and
    /// whether the run makes way for others.
    struct Parked: Sendable {
        let name: CellName
        let user: uid_t
        let initProcess: SharedFD
        let workspace: SharedFD
        let memoryEvent: SharedFD?
        let idle: SharedFD?
        let share: SharedFD?
        let cgroups: [CgroupPart]

        /// Nil when not all of it has come.
        init?(
            _ answer: csb_answer, _ passed: [SharedFD], parts: (ArraySlice<SharedFD>) -> [CgroupPart]
        ) {
            let least = 2 + Int(answer.has_event + answer.has_idle + answer.has_share)
            guard passed.count >= least else { return nil }
            var rest = passed.dropFirst(2)
            name = CellName(cell: answer.cell, generation: answer.generation)
            user = answer.user
            (initProcess, workspace) = (passed[0], passed[1])
            memoryEvent = answer.has_event == 0 ? nil : rest.removeFirst()
            idle = answer.has_idle == 0 ? nil : rest.removeFirst()
            share = answer.has_share == 0 ? nil : rest.removeFirst()
            cgroups = parts(rest)
        }
    }

    /// Which sandbox, and which of those that were there.
    struct CellName: Sendable, Hashable {
        let cell: UInt32
        let generation: UInt32
    }

    /// Makes a sandbox; how it goes on is said over its own control socket.
    /// - Parameters:
    ///   - isWarm: whether its program is to be held at its script.
    ///   - fds: as `enum csb_park_fd` wants them.
    ///   - meanwhile: what there is to do until the answer comes.
    func park(
        _ profile: SandboxProfile, _ limits: SandboxLimits, niceness: Int, isWarm: Bool, fds: [CInt],
        meanwhile: () -> Void = {}
    ) throws(SandboxFailure) -> Parked {
        var frame = csb_frame()
        frame.kind = CSB_PARK.rawValue
        frame.profile = profile.number
        frame.secret = profile == .report ? CallReporter.secret : 0
        frame.niceness = UInt32(niceness)
        frame.is_warm = isWarm ? 1 : 0
        frame.limits = limits.forTheKernel
        let (answer, passed) = try ask(frame, fds: fds, meanwhile: meanwhile)
        guard let parked = Parked(answer, passed, parts: { parts(answer, $0) }) else {
            // No room for its descriptors: nobody else can end it.
            try end(CellName(cell: answer.cell, generation: answer.generation))
            throw .step("sandbox", SystemFailure(call: "recvmsg", errno: EMFILE))
        }
        return parked
    }

    /// The cgroups of a sandbox; those that its cell keeps are opened for its first run.
    private func parts(_ answer: csb_answer, _ directories: ArraySlice<SharedFD>) -> [CgroupPart] {
        zip(controllers.snapshot, directories).enumerated().map { index, part in
            guard answer.kept & 1 << index != 0 else { return CgroupPart(part.0, part.1) }
            return kept.withLock { kept in
                let known = kept[answer.cell]?[part.0] ?? CgroupPart(part.0, part.1)
                kept[answer.cell, default: [:]][part.0] = known
                return known
            }
        }
    }

    /// Ends a sandbox; its cgroups go when its last process has.
    func end(_ name: CellName) throws(SandboxFailure) {
        var frame = csb_frame()
        frame.kind = CSB_END.rawValue
        (frame.cell, frame.generation) = (name.cell, name.generation)
        try ask(frame)
    }

    /// Read-only clones, attached nowhere, of what is open for reading. For any thread.
    func trees(of opened: [CInt], meanwhile: () -> Void = {}) throws(SandboxFailure) -> [SharedFD] {
        var frame = csb_trees()
        frame.count = UInt32(opened.count)
        let (answer, trees) = try mounter.withLock { (socket) throws(SandboxFailure) in
            try Self.exchange(
                frame, fds: opened, on: socket.descriptor.number, room: Int(CSB_PARTS), meanwhile: meanwhile)
        }
        guard answer.error == 0, trees.count == opened.count else { throw Self.refusal("mount", answer) }
        return trees
    }

    private static let gone = SandboxFailure.step("warden", SystemFailure(call: "recvmsg", errno: EPIPE))

    private static func refusal(_ what: String, _ answer: csb_answer) -> SandboxFailure {
        .step(what, SystemFailure(call: "frame", errno: answer.error == 0 ? EPROTO : answer.error))
    }

    @discardableResult
    private func ask(
        _ frame: csb_frame, body: [UInt8] = [], fds: [CInt] = [], meanwhile: () -> Void = {}
    ) throws(SandboxFailure) -> (answer: csb_answer, passed: [SharedFD]) {
        let (answer, passed) = try Self.exchange(
            frame, body: body, fds: fds, on: socket.number, room: Int(CSB_ANSWER_FDS), meanwhile: meanwhile)
        guard answer.error == 0 else { throw Self.refusal("warden, frame \(frame.kind)", answer) }
        return (answer, passed)
    }

    private static func exchange<Frame>(
        _ frame: Frame, body: [UInt8] = [], fds: [CInt], on socket: CInt, room: Int,
        meanwhile: () -> Void = {}
    ) throws(SandboxFailure) -> (answer: csb_answer, passed: [SharedFD]) {
        let size = MemoryLayout<Frame>.size
        var answer = csb_answer()
        var passed = [CInt](repeating: -1, count: room)
        _ = try withUnsafePointer(to: frame) { (frame) throws(SandboxFailure) in
            try step("warden") { csb_send(socket, frame, size, body, body.count, fds, CInt(fds.count)) }
        }
        meanwhile()
        let count = try step("warden") {
            csb_receive(socket, &answer, MemoryLayout<csb_answer>.size, &passed, CInt(room), 1)
        }
        let owned = passed.prefix { $0 >= 0 }.map { SharedFD(FD(owning: $0)) }
        guard count == MemoryLayout<csb_answer>.size else { throw gone }
        return (answer, owned)
    }
}

extension SandboxProfile {
    /// How the warden knows its filter.
    fileprivate var number: UInt32 { UInt32(Self.allCases.firstIndex(of: self) ?? 0) }
}

extension CgroupLayout.Controller {
    /// The warden's word for it.
    fileprivate var hierarchy: UInt32 {
        switch self {
        case .memory: CSB_MEMORY.rawValue
        case .pids: CSB_PIDS.rawValue
        case .cpuacct: CSB_CPUACCT.rawValue
        case .cpu: CSB_CPU.rawValue
        case .unified: CSB_UNIFIED.rawValue
        }
    }
}

extension SandboxLimits {
    /// Those that the kernel holds for all processes of a run together.
    var forTheKernel: csb_limits {
        csb_limits(
            memory_bytes: UInt64(memoryBytes), processes: UInt64(processes), disk_bytes: UInt64(diskBytes),
            inodes: UInt64(inodes + Workspace.ownInodes))
    }
}
