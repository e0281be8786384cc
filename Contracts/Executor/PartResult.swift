/// How one case, repetition or stage of a pipeline ended.
public struct PartResult: WireObject, Equatable {
    /// The case's name; the number of the repetition, from 1, or of the stage, from 0.
    public var id = ""
    /// The verdict.
    public var verdict = Verdict.ok
    /// Everything that happened, the verdict among it.
    public var flags: [Verdict] = []
    /// What the checker says; absent when nothing was expected.
    public var grade: Grade?
    /// The first place where the output is not what was expected.
    public var difference: Difference?
    /// Its exit status, if it exited.
    public var exitCode: Int?
    /// The signal that ended it, e.g. `SIGSEGV`.
    public var signal: String?
    /// CPU time, microseconds.
    public var cpuMicroseconds = 0
    /// Wall time from exec to exit, microseconds.
    public var wallMicroseconds = 0
    /// The most memory it had at once, bytes.
    public var memoryPeakBytes = 0
    /// What it wrote to standard output, shortened to 64 KiB.
    public var stdout = CapturedOutput()
    /// What it wrote to standard error, shortened to 64 KiB.
    public var stderr = CapturedOutput()
    /// What went wrong, for `internal_error` on our side; what a verdict alone does not say.
    public var reason: String?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<PartResult>(
        field("id", \.id), field("verdict", \.verdict), field("flags", \.flags), field("grade", \.grade),
        field("difference", \.difference), field("exit_code", \.exitCode), field("signal", \.signal),
        field("cpu_us", \.cpuMicroseconds), field("wall_us", \.wallMicroseconds),
        field("memory_peak_bytes", \.memoryPeakBytes), field("stdout", \.stdout), field("stderr", \.stderr),
        field("reason", \.reason))
}

/// How the repetitions of a program spread.
public struct RepetitionFigures: WireObject, Equatable {
    /// How many there were.
    public var count = 0
    /// Wall time, microseconds.
    public var wallMicroseconds = Spread()
    /// CPU time, microseconds.
    public var cpuMicroseconds = Spread()
    /// The most memory, bytes.
    public var memoryPeakBytes = Spread()

    /// For reading.
    public init() {}

    /// count, wall_us, cpu_us, memory_peak_bytes.
    public static let fields = Fields<RepetitionFigures>(
        field("count", \.count), field("wall_us", \.wallMicroseconds), field("cpu_us", \.cpuMicroseconds),
        field("memory_peak_bytes", \.memoryPeakBytes))
}

/// The least, the middle and nearly the largest of some figures.
public struct Spread: WireObject, Equatable {
    /// The least.
    public var min = 0
    /// The lower one of the two in the middle.
    public var median = 0
    /// 99 of 100 are not above it (nearest rank).
    public var p99 = 0

    /// For reading.
    public init() {}

    /// Of figures in any order, at least one.
    public init(of figures: [Int]) {
        precondition(!figures.isEmpty, "there is something to tell of")
        let ordered = figures.sorted()
        min = ordered[0]
        median = ordered[(ordered.count - 1) / 2]
        p99 = ordered[(ordered.count * 99 + 99) / 100 - 1]
    }

    /// min, median, p99.
    public static let fields = Fields<Spread>(
        field("min", \.min), field("median", \.median), field("p99", \.p99))
}
