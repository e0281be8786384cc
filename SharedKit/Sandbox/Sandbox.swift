/// Runs untrusted programs inside hard limits.
///
/// Start reading at `SandboxHost`. Its *workshop* thread makes `Cell`s: cgroups, a tmpfs, and by the
/// *warden*, a small process that lives in a prepared mount namespace, the processes inside (`CSandbox`, in
/// C). Complete ones wait in a `SandboxPool`; a program needs one message (`Orders`) to run in one, and no
/// cell has two. The *reactor* thread waits for all runs at once with epoll. A run is described by a
/// `SandboxSpec`, watched through a `SandboxRun` and ends in a `SandboxResult`, which leaves before its cell
/// is taken apart.
package enum Sandbox {
    /// Where the program's files are, writable, and its default working directory.
    package static let box = "/box"
}
