/// Runs untrusted programs inside hard limits.
///
/// Start reading at `SandboxHost`: it owns a *workshop* thread, which lives in a prepared mount namespace and
/// does everything that blocks (cgroups, tmpfs, clone, collecting files), and a *reactor* thread, which waits
/// for all runs at once with epoll. The child's side of a launch is C (`CSandbox`): after clone only
/// async-signal-safe code may run. A run is described by a `SandboxSpec`, watched through a `SandboxRun` and
/// ends in a `SandboxResult`.
package enum Sandbox {
    /// Where the program's files are, writable, and its default working directory.
    package static let box = "/box"
}
