package import Contracts

/// What the placeholders of a step stand for. All paths are as the program in the sandbox sees them.
package struct CommandInputs: Sendable {
    /// `{entry}`: the file that is started, or the artifact's entry point (a class, a script in a directory).
    package var entry: String
    /// `{sources}`: the files that a compiler is told.
    package var sources: [String]
    /// `{artifact}`: what the build made.
    package var artifact: String
    /// `{arguments}`: the program's own.
    package var arguments: [String]
    /// `{cwd}`: the working directory.
    package var workingDirectory: String
    /// `{heap_mib}`: three quarters of it, in MiB, is what a runtime may give its heap.
    package var memoryBytes: Int
    /// Which of the step's optimisation levels `{optimization}` stands for.
    package var optimization: String

    /// Inputs of a step; what the step does not mention may stay at its default.
    package init(
        entry: String, sources: [String] = [], artifact: String = "", arguments: [String] = [],
        workingDirectory: String = "/box", memoryBytes: Int = 256 << 20, optimization: String = "default"
    ) {
        self.entry = entry
        self.sources = sources
        self.artifact = artifact
        self.arguments = arguments
        self.workingDirectory = workingDirectory
        self.memoryBytes = memoryBytes
        self.optimization = optimization
    }
}

/// A step ready to be run in a sandbox.
package struct LanguageCommand: Sendable, Equatable {
    /// The program and its arguments.
    package var argv: [String]
    /// Environment beyond the sandbox's own.
    package var environment: [String: String]
    /// Host directories to show read-only at their own paths, beyond the system's; all of them exist.
    package var mounts: [String]
    /// Texts to put into the working directory, by name.
    package var files: [String: String]
    /// What the step needs; absent ones are the profile's.
    package var limits: StepLimits
}
