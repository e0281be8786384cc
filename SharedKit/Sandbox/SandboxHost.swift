/// Makes sandboxes on this machine; one per process, kept for its whole life.
package final class SandboxHost: Sendable {
    /// What programs on this host see.
    package struct Configuration: Sendable {
        /// Shown to every program on top of the system's own directories, where they exist.
        package var mounts: [ReadOnlyMount]

        /// A host that shows `mounts`, by default the language toolchains found in their usual places.
        package init(mounts: [ReadOnlyMount] = []) { self.mounts = mounts }
    }

    /// What this machine lets sandboxes do.
    package let capabilities: SandboxCapabilities

    /// Builds the template that all sandboxes start from and tests it. Takes some milliseconds of real time.
    /// - Throws: `SandboxFailure` when programs cannot be isolated here.
    package init(_ configuration: Configuration = Configuration()) throws(SandboxFailure) {
        throw .unsupported("being built")
    }

    /// Starts a program; returns when it runs. Its output arrives through `SandboxRun.events`.
    /// - Throws: `SandboxFailure.invalid` for a wrong specification, else what the machine refused.
    package func start(_ spec: SandboxSpec) async throws -> SandboxRun {
        throw SandboxFailure.unsupported("being built")
    }

    /// Runs a program to its end; a cancelled task ends the program.
    /// - Throws: as `start`.
    package func run(_ spec: SandboxSpec) async throws -> SandboxResult {
        throw SandboxFailure.unsupported("being built")
    }
}
