/// The hard limits of one run; a value outside a limit's range is moved to its nearest end.
package struct SandboxLimits: Sendable, Hashable {
    /// CPU time of all processes together.
    package var cpu: Duration { didSet { cpu = min(max(cpu, .milliseconds(1)), Maximum.cpu) } }
    /// Real time from start to end.
    package var wall: Duration { didSet { wall = min(max(wall, .milliseconds(1)), Maximum.wall) } }
    /// Memory of all processes together, files in the box included.
    package var memoryBytes: Int {
        didSet { memoryBytes = clamp(memoryBytes, Minimum.memoryBytes, Maximum.memoryBytes) }
    }
    /// The main thread's stack; nil means as much as `memoryBytes`.
    package var stackBytes: Int?
    /// Processes and threads at one moment.
    package var processes: Int { didSet { processes = clamp(processes, 1, Maximum.processes) } }
    /// Open descriptors of one process.
    package var openFiles: Int { didSet { openFiles = clamp(openFiles, 4, Maximum.openFiles) } }
    /// Size of one written file.
    package var fileBytes: Int { didSet { fileBytes = clamp(fileBytes, 0, Maximum.diskBytes) } }
    /// Size of everything below `/box` and `/tmp`.
    package var diskBytes: Int { didSet { diskBytes = clamp(diskBytes, 4096, Maximum.diskBytes) } }
    /// Files and directories below `/box` and `/tmp`.
    package var inodes: Int { didSet { inodes = clamp(inodes, 16, Maximum.inodes) } }
    /// Bytes of standard output that are kept; one more ends the run.
    package var stdoutBytes: Int { didSet { stdoutBytes = clamp(stdoutBytes, 0, Maximum.outputBytes) } }
    /// Bytes of standard error that are kept; one more ends the run.
    package var stderrBytes: Int { didSet { stderrBytes = clamp(stderrBytes, 0, Maximum.outputBytes) } }

    /// Limits, each with its default; `wall` defaults to three times `cpu` and a second.
    package init(
        cpu: Duration = .seconds(2), wall: Duration? = nil, memoryBytes: Int = 256 << 20,
        stackBytes: Int? = nil, processes: Int = 64, openFiles: Int = 256, fileBytes: Int = 16 << 20,
        diskBytes: Int = 64 << 20, inodes: Int = 4096, stdoutBytes: Int = 1 << 20,
        stderrBytes: Int = 256 << 10
    ) {
        self.cpu = min(max(cpu, .milliseconds(1)), Maximum.cpu)
        self.wall = min(max(wall ?? self.cpu * 3 + .seconds(1), .milliseconds(1)), Maximum.wall)
        self.memoryBytes = clamp(memoryBytes, Minimum.memoryBytes, Maximum.memoryBytes)
        self.stackBytes = stackBytes
        self.processes = clamp(processes, 1, Maximum.processes)
        self.openFiles = clamp(openFiles, 4, Maximum.openFiles)
        self.fileBytes = clamp(fileBytes, 0, Maximum.diskBytes)
        self.diskBytes = clamp(diskBytes, 4096, Maximum.diskBytes)
        self.inodes = clamp(inodes, 16, Maximum.inodes)
        self.stdoutBytes = clamp(stdoutBytes, 0, Maximum.outputBytes)
        self.stderrBytes = clamp(stderrBytes, 0, Maximum.outputBytes)
    }

    /// The smallest value of limits that have one beyond zero.
    package enum Minimum {
        /// Below this no dynamic program starts.
        package static let memoryBytes = 4 << 20
    }

    /// The largest value of each limit.
    package enum Maximum {
        /// One minute of CPU.
        package static let cpu = Duration.seconds(60)
        /// An hour, for people at a terminal; services bound what has nobody to wait for it.
        package static let wall = Duration.seconds(3600)
        /// 2 GiB.
        package static let memoryBytes = 2 << 30
        /// Enough for compilers and runtimes that start a thread per core and job.
        package static let processes = 512
        /// Linux's usual soft maximum for careful programs.
        package static let openFiles = 4096
        /// 1 GiB: build products of big static binaries.
        package static let diskBytes = 1 << 30
        /// A checked-out project with its build directory.
        package static let inodes = 65_536
        /// 8 MiB per stream.
        package static let outputBytes = 8 << 20
    }
}

private func clamp(_ value: Int, _ low: Int, _ high: Int) -> Int { min(max(value, low), high) }
