internal import CSandbox
internal import Glibc

/// What this machine lets sandboxes do, found by a self-test at start.
package struct SandboxCapabilities: Sendable, Hashable {
    /// How usage is counted and limited: `cgroup v2`, `cgroup v1`, `cgroup hybrid` or `rlimit`.
    package var accounting = "rlimit"
    /// Whether memory of all processes together is limited.
    package var limitsMemory = false
    /// Whether the number of processes is limited by a cgroup.
    package var limitsProcesses = false
    /// Whether CPU time of all processes together is counted.
    package var countsCPU = false
    /// Whether all processes of a run together weigh like one, and long runs make way for new ones.
    package var sharesCPU = false
    /// The namespaces every run has of its own.
    package var namespaces: [String] = []
    /// Whether system calls are filtered.
    package var filtersSystemCalls = false
    /// The version of landlock that is the second wall, 0 where the kernel has none.
    package var landlockVersion = 0
    /// Paths of the host that programs see, read-only.
    package var visiblePaths: [String] = []
    /// Who the service is to the kernel; 0 is root.
    package var user: UInt32 = 0
    /// What is worse here than it could be, for people.
    package var warnings: [String] = []
}

extension SandboxCapabilities {
    init(of ground: SandboxGround) {
        let controllers = Set(ground.cgroups.controllers)
        warnings = ground.warnings
        visiblePaths = ground.visiblePaths
        accounting = ground.cgroups.kind.rawValue
        limitsMemory = !controllers.isDisjoint(with: [.memory, .unified])
        limitsProcesses = !controllers.isDisjoint(with: [.pids, .unified])
        countsCPU = !controllers.isDisjoint(with: [.cpuacct, .unified])
        sharesCPU = !controllers.isDisjoint(with: [.cpu, .unified])
        namespaces = ["pid", "mount", "network", "ipc", "uts", "cgroup"]
        filtersSystemCalls = true
        landlockVersion = Int(max(csb_landlock_version(), 0))
        if landlockVersion == 0 {
            warnings.append("no landlock: mounts and the system call filter are the only walls")
        }
        user = geteuid()
    }
}
