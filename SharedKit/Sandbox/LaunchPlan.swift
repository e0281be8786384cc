internal import CSandbox
internal import Glibc
internal import SystemKit

/// Turns a specification into what the C side wants, with lifetimes that end after the clone.
struct LaunchPlan {
    let spec: SandboxSpec
    let filter: SeccompFilter
    let user: uid_t
    let joins: [CInt]
    let host: HostFiles
    let limitsByCgroup: Bool

    /// The program's ends of its streams.
    struct Ends: ~Copyable {
        let stdin: FD
        let stdout: FD
        let stderr: FD
        let control: FD
    }

    /// Clones. Returns the pidfd of the sandbox's init.
    func spawn(_ ends: borrowing Ends, workspace: borrowing Workspace) throws(SandboxFailure) -> FD {
        var plan = csb_plan()
        plan.stdin_fd = ends.stdin.number
        plan.stdout_fd = ends.stdout.number
        plan.stderr_fd = ends.stderr.number
        plan.control_fd = ends.control.number
        plan.workspace_fd = workspace.root.number
        plan.user = user
        plan.filter_length = filter.instructionCount
        var pidfd: CInt = -1
        let pid = withArrays(&plan) { plan in csb_spawn(&plan, &pidfd) }
        guard pid > 0 else { throw .step("clone", SystemFailure(call: "clone3", errno: errno)) }
        return FD(owning: pidfd)
    }

    private func withArrays(_ plan: inout csb_plan, _ body: (inout csb_plan) -> pid_t) -> pid_t {
        let strings = CStrings()
        let trees = host.trees.map { $0.tree.descriptor.number }
        let limits = rlimits
        plan.cgroup_count = CInt(joins.count)
        plan.mount_count = CInt(trees.count)
        plan.rlimit_count = CInt(limits.count)
        plan.mount_targets = strings.array(host.trees.map(\.target))
        plan.candidates = strings.array(candidates)
        plan.argv = strings.array(spec.argv)
        plan.envp = strings.array(environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        plan.directory = strings.string(spec.workingDirectory)
        return joins.withUnsafeBufferPointer { joins in
            trees.withUnsafeBufferPointer { trees in
                limits.withUnsafeBufferPointer { limits in
                    filter.bytes.withUnsafeBytes { bytes in
                        plan.cgroup_fds = joins.baseAddress
                        plan.mount_fds = trees.baseAddress
                        plan.rlimits = limits.baseAddress
                        plan.filter = bytes.baseAddress
                        return withExtendedLifetime(strings) { body(&plan) }
                    }
                }
            }
        }
    }

    private static let defaultEnvironment = [
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": Sandbox.box,
        "LANG": "C.UTF-8", "TMPDIR": "/tmp",
    ]

    private var environment: [String: String] {
        Self.defaultEnvironment.merging(spec.environment) { _, own in own }
    }

    /// What to execute: the first that exists.
    private var candidates: [String] {
        let name = spec.argv[0]
        if name.contains("/") { return [name] }
        return (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
    }

    /// What the kernel enforces per process. Memory is limited here only where no cgroup can.
    private var rlimits: [csb_rlimit] {
        let limits = spec.limits
        let cpuSeconds = limits.cpu.components.seconds + (limits.cpu.components.attoseconds > 0 ? 1 : 0)
        var table: [(Int32, Int)] = [
            (Int32(RLIMIT_CPU.rawValue), Int(cpuSeconds) + (limitsByCgroup ? 1 : 0)),
            (Int32(RLIMIT_FSIZE.rawValue), limits.fileBytes), (Int32(RLIMIT_CORE.rawValue), 0),
            (Int32(RLIMIT_NOFILE.rawValue), limits.openFiles),
            (Int32(RLIMIT_STACK.rawValue), limits.stackBytes ?? limits.memoryBytes),
            (Int32(__RLIMIT_NPROC.rawValue), limits.processes + (limitsByCgroup ? 8 : 0)),
            (Int32(__RLIMIT_MEMLOCK.rawValue), 64 << 10), (Int32(__RLIMIT_MSGQUEUE.rawValue), 0),
            (Int32(__RLIMIT_NICE.rawValue), 0), (Int32(__RLIMIT_RTPRIO.rawValue), 0),
            (Int32(__RLIMIT_SIGPENDING.rawValue), 1024),
        ]
        if !limitsByCgroup { table.append((Int32(RLIMIT_AS.rawValue), limits.memoryBytes)) }
        return table.map { csb_rlimit(resource: $0.0, value: UInt64($0.1)) }
    }
}

/// C strings and arrays of them that live as long as their owner.
private final class CStrings {
    private var strings: [UnsafeMutablePointer<CChar>] = []
    private var arrays: [UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>] = []

    deinit {
        for string in strings { string.deallocate() }
        for array in arrays { array.deallocate() }
    }

    func string(_ text: String) -> UnsafePointer<CChar> { UnsafePointer(copy(text)) }

    /// A NULL-terminated array.
    func array(_ texts: [String]) -> UnsafePointer<UnsafeMutablePointer<CChar>?> {
        let array = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: texts.count + 1)
        for (index, text) in texts.enumerated() { (array + index).initialize(to: copy(text)) }
        (array + texts.count).initialize(to: nil)
        arrays.append(array)
        return UnsafePointer(array)
    }

    private func copy(_ text: String) -> UnsafeMutablePointer<CChar> {
        let bytes = Array(text.utf8CString)
        let string = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        string.initialize(from: bytes, count: bytes.count)
        strings.append(string)
        return string
    }
}
