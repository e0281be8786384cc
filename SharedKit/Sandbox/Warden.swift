internal import CKernel
internal import CSandbox
internal import Glibc
internal import SystemKit

/// The small process that clones all sandboxes of a host (`Warden.c`): this executable, started again.
///
/// It has no memory, environment or descriptors of ours, so a sandbox, which is its copy, has none either.
/// When either of us ends, the sandboxes end; it removes their cgroups. Every call waits for its answer: only
/// for the workshop's thread.
final class Warden: Sendable {
    private let socket: FD
    private let process: pid_t

    /// Starts it.
    init() throws(SandboxFailure) {
        var ends: [CInt] = [-1, -1]
        try step("warden") { csb_control_pair(&ends) }
        socket = FD(owning: ends[0])
        let theirs = FD(owning: ends[1])
        process = try Self.spawn(socket: theirs.number)
    }

    /// Its end follows that of the socket; then nothing of it is left but an entry in the process table.
    deinit { waitpid(process, nil, WNOHANG) }

    private static func spawn(socket: CInt) throws(SandboxFailure) -> pid_t {
        let strings = CStrings()
        var what = ck_spawn()
        what.path = strings.string("/proc/self/exe")
        what.arguments = strings.array([CSB_WARDEN])
        what.environment = strings.array(
            getenv("LD_LIBRARY_PATH").map { ["LD_LIBRARY_PATH=\(String(cString: $0))"] } ?? [])
        what.socket_count = 1
        (what.input, what.output, what.error) = (-1, -1, 2)
        // Of its own, so that what ends a service's process group lets the warden clean up after it.
        what.own_session = 1
        return try withUnsafePointer(to: socket) { (sockets) throws(SandboxFailure) in
            what.sockets = sockets
            return try step("warden") { withExtendedLifetime(strings) { ck_spawn(&what) } }
        }
    }

    /// Whether it has ended, by whatever hand.
    var isGone: Bool { csb_is_abandoned(socket.number) != 0 }

    /// Waits for its end, which takes as long as its sandboxes need to go.
    func close() {
        shutdown(socket.number, CInt(SHUT_RDWR))
        waitpid(process, nil, 0)
    }

    /// Moves it into the template; it remembers where our cgroups are, and how their names begin.
    func enter(mounts: SharedFD, names: SharedFD, cgroups: Cgroups) throws(SandboxFailure) {
        var frame = csb_frame()
        frame.kind = CSB_ENTER.rawValue
        withUnsafeMutableBytes(of: &frame.name) { $0.copyBytes(from: cgroups.name.utf8.prefix($0.count - 1)) }
        let places = [mounts.descriptor.number, names.descriptor.number]
        try ask(frame, fds: places + cgroups.directories)
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

    /// Clones a sandbox. Returns its init's pidfd; how it goes on is said over its own control socket.
    func park(
        _ profile: SandboxProfile, user: uid_t, niceness: Int, fds: [CInt]
    ) throws(SandboxFailure) -> SharedFD {
        var frame = csb_frame()
        frame.kind = CSB_PARK.rawValue
        frame.profile = profile.number
        frame.user = user
        frame.secret = profile == .report ? CallReporter.secret : 0
        frame.niceness = UInt32(niceness)
        guard let pidfd = try ask(frame, fds: fds) else { throw Self.gone }
        return pidfd
    }

    private static let gone = SandboxFailure.step("warden", SystemFailure(call: "recvmsg", errno: EPIPE))

    @discardableResult
    private func ask(
        _ frame: csb_frame, body: [UInt8] = [], fds: [CInt] = []
    ) throws(SandboxFailure) -> SharedFD? {
        let socket = socket.number
        let size = MemoryLayout<csb_frame>.size
        var answer = csb_answer()
        var passed: CInt = -1
        _ = try withUnsafePointer(to: frame) { (frame) throws(SandboxFailure) in
            try step("warden") { csb_send(socket, frame, size, body, body.count, fds, CInt(fds.count)) }
        }
        let count = try step("warden") {
            csb_receive(socket, &answer, MemoryLayout<csb_answer>.size, &passed, 1, 1)
        }
        let pidfd = passed < 0 ? nil : SharedFD(FD(owning: passed))
        guard count == MemoryLayout<csb_answer>.size else { throw Self.gone }
        guard answer.error == 0 else {
            throw .step("warden", SystemFailure(call: "frame \(frame.kind)", errno: answer.error))
        }
        return pidfd
    }
}

extension SandboxProfile {
    /// How the warden knows its filter.
    fileprivate var number: UInt32 { UInt32(Self.allCases.firstIndex(of: self) ?? 0) }
}
