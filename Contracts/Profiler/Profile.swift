/// What is to be profiled.
public struct ProfileRequest: WireObject, Equatable {
    /// The execution; it must have been started with `sample_usage`.
    public var executionID = ExecutionID.zero
    /// The run it belongs to, if any.
    public var runID: RunID?

    /// For reading.
    public init() {}

    /// execution_id, run_id.
    public static let fields = Fields<ProfileRequest>(
        field("execution_id", \.executionID), field("run_id", \.runID))
}

/// Where a program's memory and CPU went over time.
public struct Profile: WireObject, Equatable {
    /// Where it stands.
    public enum State: String, WireEnum {
        case recording, finished, incomplete
    }

    /// Its name.
    public var id = ProfileID.zero
    /// What was profiled.
    public var executionID = ExecutionID.zero
    /// The run it belongs to.
    public var runID: RunID?
    /// Where it stands; `incomplete` when the executor's stream broke.
    public var state = State.recording
    /// When it was started.
    public var createdAt = Instant.zero
    /// Samples taken.
    public var samples = 0
    /// The most memory seen or reported, bytes.
    public var memoryPeakBytes = 0
    /// When that was, microseconds since the start.
    public var memoryPeakAtMicroseconds = 0
    /// CPU time, microseconds.
    public var cpuMicroseconds = 0
    /// Wall time, microseconds.
    public var wallMicroseconds = 0
    /// Page faults served without input or output.
    public var minorFaults = 0
    /// Page faults that read from disk.
    public var majorFaults = 0

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Profile>(
        field("id", \.id), field("execution_id", \.executionID), field("run_id", \.runID),
        field("state", \.state),
        field("created_at", \.createdAt), field("samples", \.samples),
        field("memory_peak_bytes", \.memoryPeakBytes),
        field("memory_peak_at_us", \.memoryPeakAtMicroseconds), field("cpu_us", \.cpuMicroseconds),
        field("wall_us", \.wallMicroseconds), field("minor_faults", \.minorFaults),
        field("major_faults", \.majorFaults))
}

/// The samples of a profile.
public struct Timeline: WireObject, Equatable {
    /// Time between samples, microseconds.
    public var intervalMicroseconds = 10_000
    /// Whether samples were merged to keep to `points`.
    public var isThinned = false
    /// In order of time.
    public var samples: [UsageSample] = []

    /// For reading.
    public init() {}

    /// interval_us, thinned, samples.
    public static let fields = Fields<Timeline>(
        field("interval_us", \.intervalMicroseconds), field("thinned", \.isThinned),
        field("samples", \.samples))
}
