/// What happens during an execution; the SSE event name is `kind`.
public struct ExecutionEvent: WireObject, Equatable {
    /// Kinds of events.
    public enum Kind: String, WireEnum {
        case started, stdout, stderr, usage, part, finished
    }

    /// Counts from 1 without gaps within the execution; the SSE id.
    public var sequence = 0
    /// What happened.
    public var kind = Kind.started
    /// Microseconds since the program started.
    public var atMicroseconds = 0
    /// For `stdout` and `stderr`: the bytes.
    public var content: String?
    /// How `content` is to be read; utf8 if absent.
    public var encoding: ContentEncoding?
    /// For `usage`: a sample.
    public var usage: UsageSample?
    /// Which stage of a pipeline it happened in, from 0; absent for the only program.
    public var stage: Int?
    /// For `part`: the case, repetition or stage that has ended.
    public var part: PartResult?
    /// For `finished`: the result, without the files brought back.
    public var result: ExecutionResult?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<ExecutionEvent>(
        field("seq", \.sequence), field("kind", \.kind), field("at_us", \.atMicroseconds),
        field("content", \.content),
        field("encoding", \.encoding), field("usage", \.usage),
        field("stage", \.stage), field("part", \.part), field("result", \.result))
}

/// What a program uses at one instant, seen from outside its sandbox.
public struct UsageSample: WireObject, Equatable {
    /// Microseconds since the program started.
    public var atMicroseconds = 0
    /// Memory of all its processes, bytes.
    public var memoryBytes = 0
    /// CPU time so far, microseconds.
    public var cpuMicroseconds = 0
    /// Minor page faults so far.
    public var minorFaults = 0
    /// Major page faults so far.
    public var majorFaults = 0
    /// Processes and threads.
    public var processes = 0

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<UsageSample>(
        field("at_us", \.atMicroseconds), field("memory_bytes", \.memoryBytes),
        field("cpu_us", \.cpuMicroseconds),
        field("minor_faults", \.minorFaults), field("major_faults", \.majorFaults),
        field("processes", \.processes))
}

/// Bytes for a program's standard input.
public struct StdinChunk: WireObject, Equatable {
    /// Text, or base64.
    public var content = ""
    /// How `content` is to be read.
    public var encoding = ContentEncoding.utf8
    /// Whether this is the end.
    public var isLast = false

    /// For reading.
    public init() {}

    /// content, encoding, eof.
    public static let fields = Fields<StdinChunk>(
        defaulted("content", \.content, .length(0...ContractLimits.stdinBytes)),
        defaulted("encoding", \.encoding), defaulted("eof", \.isLast))
}

/// A signal for a program.
public struct SignalRequest: WireObject, Equatable {
    /// Signals that may be sent.
    public enum Name: String, WireEnum {
        case interrupt = "SIGINT"
        case terminate = "SIGTERM"
        case kill = "SIGKILL"
        case user1 = "SIGUSR1"
        case user2 = "SIGUSR2"
        case hangup = "SIGHUP"
    }

    /// Which.
    public var signal = Name.interrupt

    /// For reading.
    public init() {}

    /// signal.
    public static let fields = Fields<SignalRequest>(field("signal", \.signal))
}
