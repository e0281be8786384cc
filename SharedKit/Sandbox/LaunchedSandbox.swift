internal import SystemKit

/// A sandbox with a program in it: everything its one owner has to watch and, by letting go, to remove.
struct LaunchedSandbox: ~Copyable, Sendable {
    /// Init's pidfd: readable when every process of the sandbox is gone.
    let initProcess: SharedFD
    let control: FD
    let stdin: SharedFD?
    let stdout: FD
    let stderr: FD
    let workspace: Workspace
    let cgroup: Cgroup
    let seat: Seats.Lease
    /// When building began.
    let begunNanoseconds: UInt64
}
