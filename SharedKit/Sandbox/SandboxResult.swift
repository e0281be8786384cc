/// The one word for how a run ended; declared in order of precedence, strongest first.
package enum SandboxVerdict: String, Sendable, CaseIterable {
    /// Our fault, not the program's.
    case internalError = "internal_error"
    /// It tried what no honest program does, e.g. system calls of another ABI.
    case securityViolation = "security_violation"
    /// It needed more memory than it may have.
    case memoryLimit = "memory_limit"
    /// Its processes used up their CPU time.
    case cpuLimit = "cpu_limit"
    /// It took too long.
    case wallLimit = "wall_limit"
    /// It wrote more to stdout or stderr than is kept.
    case outputLimit = "output_limit"
    /// It wrote a file too large, or filled its disk and failed.
    case fileLimit = "file_limit"
    /// It wanted more processes or threads than it may have.
    case processLimit = "process_limit"
    /// We ended it because somebody asked for that.
    case cancelled
    /// A signal that nobody of us sent ended it.
    case signalled
    /// It ended by itself with an exit code other than 0.
    case nonzeroExit = "nonzero_exit"
    /// It ended by itself with exit code 0.
    case ok
}

/// Something worth knowing beside the verdict; a run can carry several.
package enum SandboxFlag: String, Sendable, CaseIterable {
    /// A verdict of lower precedence that also holds.
    case memoryLimit = "memory_limit", cpuLimit = "cpu_limit", wallLimit = "wall_limit"
    /// The same for limits on what it writes and starts.
    case outputLimit = "output_limit", fileLimit = "file_limit", processLimit = "process_limit"
    /// It waited for standard input when its time ran out.
    case idleStdin = "idle_stdin"
    /// It was ended on request.
    case cancelled
    /// It made a system call that is answered with death.
    case securityViolation = "security_violation"
    /// `argv[0]` could not be executed.
    case notExecutable = "not_executable"
}

/// What is known of one output stream.
package struct CapturedOutput: Sendable, Hashable {
    /// The bytes kept, at most the limit.
    package var bytes: [UInt8] = []
    /// Bytes the program wrote, as far as we read.
    package var totalBytes = 0
    /// Whether there was more than is kept.
    package var isTruncated = false
}

/// A file brought back from the box.
package struct CollectedFile: Sendable, Hashable {
    /// Its path below the box.
    package let path: String
    /// Its bytes.
    package let bytes: [UInt8]
    /// Whether one of its execute bits was set.
    package let isExecutable: Bool

    /// A file that was brought back.
    package init(path: String, bytes: [UInt8], isExecutable: Bool) {
        self.path = path
        self.bytes = bytes
        self.isExecutable = isExecutable
    }
}

/// What a run used at one moment.
package struct SandboxSample: Sendable, Hashable {
    /// Since the program started.
    package let elapsedMicroseconds: Int
    /// Memory of all processes now.
    package let memoryBytes: Int
    /// CPU time of all processes so far.
    package let cpuMicroseconds: Int
    /// Page faults of all processes so far.
    package let pageFaults: Int
    /// Those of them that waited for a disk.
    package let majorFaults: Int
    /// Processes and threads now.
    package let processes: Int
}

/// How a run ended and what it cost.
package struct SandboxResult: Sendable {
    /// The one word.
    package var verdict = SandboxVerdict.ok
    /// Everything else that holds.
    package var flags: Set<SandboxFlag> = []
    /// The program's exit code, if it ended by itself.
    package var exitCode: Int?
    /// The number of the signal that ended it, if one did.
    package var signal: Int?
    /// For people, when `verdict` is `internalError` or `notExecutable` is flagged.
    package var message: String?
    /// CPU time in user mode.
    package var cpuUserMicroseconds = 0
    /// CPU time in the kernel.
    package var cpuSystemMicroseconds = 0
    /// Real time from just before the program started to its end.
    package var wallMicroseconds = 0
    /// Real time from the request to just before the program started.
    package var setupMicroseconds = 0
    /// Whether the sandbox was already there, waiting for a program.
    package var isPooled = false
    /// Whether the program, too, was already there, waiting for its script. Then its own start is in no
    /// figure of time.
    package var isWarm = false
    /// The most memory it had at one moment.
    package var memoryPeakBytes = 0
    /// What `memoryPeakBytes` was read from: `cgroup v1`, `cgroup v2` or `rss`.
    package var memoryBasis = "rss"
    /// The most processes and threads at one moment, 0 when unknown.
    package var processesPeak = 0
    /// Standard output.
    package var stdout = CapturedOutput()
    /// Standard error.
    package var stderr = CapturedOutput()
    /// Files named by `SandboxSpec.collect` that were there.
    package var collected: [CollectedFile] = []
    /// Files named by `SandboxSpec.collect` that there was no room for.
    package var collectedLeftOut = 0
    /// The system calls it tried, with the profile `report`.
    package var calls: TriedCalls?
    /// Usage over time, when asked for; bounded, then thinned to every second sample.
    package var samples: [SandboxSample] = []

    /// A run that ended well and used nothing.
    package init() {}
}
