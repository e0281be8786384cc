/// Bounds of one program; every field left out has the executor's default (field notes: executor, 5.2).
public struct RunLimits: WireObject, Equatable {
    /// CPU time of all its processes, milliseconds.
    public var cpuMilliseconds: Int?
    /// Wall time, milliseconds.
    public var wallMilliseconds: Int?
    /// Memory of all its processes, files in /tmp included, bytes.
    public var memoryBytes: Int?
    /// Stack of the main thread, bytes.
    public var stackBytes: Int?
    /// Processes and threads at once.
    public var processes: Int?
    /// Open file descriptors of one process.
    public var openFiles: Int?
    /// Size of one file, bytes.
    public var fileBytes: Int?
    /// All files it writes, bytes.
    public var diskBytes: Int?
    /// Files and directories it makes.
    public var inodes: Int?
    /// Standard output and standard error, each, bytes.
    public var outputBytes: Int?
    /// Standard output and standard error together, bytes; without it each has its own bound only.
    public var outputTotalBytes: Int?

    /// All defaults.
    public init() {}

    /// The hard maxima stand here.
    public static let fields = Fields<RunLimits>(
        field("cpu_ms", \.cpuMilliseconds, .range(1...60_000)),
        field("wall_ms", \.wallMilliseconds, .range(1...180_000)),
        field("memory_bytes", \.memoryBytes, .range(4 << 20...2 << 30)),
        field("stack_bytes", \.stackBytes, .range(64 << 10...1 << 30)),
        field("processes", \.processes, .range(1...512)),
        field("open_files", \.openFiles, .range(8...4096)),
        field("file_bytes", \.fileBytes, .range(0...256 << 20)),
        field("disk_bytes", \.diskBytes, .range(0...512 << 20)),
        field("inodes", \.inodes, .range(16...65_536)),
        field("output_bytes", \.outputBytes, .range(0...8 << 20)),
        field("output_total_bytes", \.outputTotalBytes, .range(0...16 << 20)))
}
