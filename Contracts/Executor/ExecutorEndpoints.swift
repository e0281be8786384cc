/// What the executor serves.
public enum ExecutorEndpoints {
    static let id = Parameter.path("execution_id", ExecutionID.schema, "The execution.")

    /// Starts a program; 202 and `Location` unless `Prefer: wait` sees its end.
    public static let create = Endpoint<ExecutionRequest, Execution>(
        "executions.create", of: .executor, .post, "/v1/executions", access: .identified(.run),
        "Run a program in a fresh sandbox", status: 202, parameters: [.prefer],
        problems: [.unknownLanguage, .notFound, .overloaded, .idempotencyMismatch, .gone],
        timeout: .seconds(200), bodyLimit: 20 << 20,
        example: #"{"language":"python","files":[{"path":"main.py","content":"print(6*7)"}]}"#)
    /// An execution as it stands.
    public static let get = Endpoint<Nothing, Execution>(
        "executions.get", of: .executor, .get, "/v1/executions/{execution_id}", access: .identified(.run),
        "Get an execution", parameters: [id], problems: [.notFound])
    /// Kills a program.
    public static let cancel = Endpoint<Nothing, Execution>(
        "executions.cancel", of: .executor, .delete, "/v1/executions/{execution_id}",
        access: .identified(.run),
        "Cancel an execution", parameters: [id], problems: [.notFound])
    /// Everything that happens, from the start or from `Last-Event-ID`.
    public static let events = Endpoint<Nothing, ExecutionEvent>(
        "executions.events", of: .executor, .get, "/v1/executions/{execution_id}/events",
        access: .identified(.run),
        "Follow an execution", answers: .events(ExecutionEvent.schema), parameters: [id, .lastEventID],
        problems: [.notFound, .gone], timeout: .seconds(300))
    /// Writes to standard input.
    public static let stdin = Endpoint<StdinChunk, Nothing>(
        "executions.stdin", of: .executor, .post, "/v1/executions/{execution_id}/stdin",
        access: .identified(.run),
        "Write to a program's standard input", parameters: [id], problems: [.notFound, .conflict],
        repeatability: .once, example: #"{"content":"42\n","eof":true}"#)
    /// Sends a signal.
    public static let signal = Endpoint<SignalRequest, Nothing>(
        "executions.signal", of: .executor, .post, "/v1/executions/{execution_id}/signals",
        access: .identified(.run),
        "Send a signal to a program", parameters: [id], problems: [.notFound, .conflict],
        repeatability: .once,
        example: #"{"signal":"SIGINT"}"#)
    /// The other end of a program's terminal; one client at a time, the newest.
    public static let terminal = Endpoint<Nothing, Nothing>(
        "executions.terminal", of: .executor, .get, "/v1/executions/{execution_id}/terminal",
        access: .identified(.run), "Sit at a program's terminal (WebSocket)", answers: .webSocket,
        status: 101, parameters: [id, after, window, CollabEndpoints.accessToken],
        problems: [.notFound, .conflict])
    /// Gives a terminal another size, for who does not sit at it.
    public static let resize = Endpoint<ScreenSize, Nothing>(
        "executions.resize", of: .executor, .post, "/v1/executions/{execution_id}/terminal",
        access: .identified(.run), "Resize a program's terminal", parameters: [id],
        problems: [.notFound, .conflict], example: #"{"columns":100,"rows":30}"#)
    static let after = Parameter.query(
        "after", .type("integer", [JSONMember("minimum", 0), JSONMember("example", 0)]),
        "Bytes of output that the client has; those behind them are sent.")
    private static let window = Parameter.query(
        "window",
        .type(
            "integer",
            [
                JSONMember("minimum", .integer(Int64(windowBytes.lowerBound))),
                JSONMember("maximum", .integer(Int64(windowBytes.upperBound))),
            ]),
        "Bytes of output that may be sent beyond the newest `ack`; without it acks are not waited for.")
    /// What a client may give as `window`, bytes.
    public static let windowBytes = 1024...(1 << 20)
    /// The languages that run on this machine.
    public static let runtimes = Endpoint<Nothing, RuntimeList>(
        "runtimes.list", of: .executor, .get, "/v1/runtimes", access: .open,
        "List the languages found on this machine")
    /// What the sandbox can enforce here.
    public static let capabilities = Endpoint<Nothing, SandboxCapabilities>(
        "capabilities.get", of: .executor, .get, "/v1/capabilities", access: .open,
        "Tell what the sandbox can enforce")

    /// All of them.
    public static let all: [Route] = [
        create.route, get.route, cancel.route, events.route, stdin.route, signal.route, terminal.route,
        resize.route, runtimes.route, capabilities.route,
    ]
}

/// The languages found.
public struct RuntimeList: WireObject, Equatable {
    /// Ordered by id.
    public var items: [Runtime] = []

    /// For reading.
    public init() {}

    /// A list.
    public init(items: [Runtime]) { self.items = items }

    /// items.
    public static let fields = Fields<RuntimeList>(field("items", \.items))
}

/// A language that runs here.
public struct Runtime: WireObject, Equatable {
    /// Its short name.
    public var language = LanguageID.zero
    /// Its name for people.
    public var name = ""
    /// What the toolchain says of itself.
    public var version = ""
    /// Other short names.
    public var aliases: [String] = []
    /// File extensions, without dot.
    public var extensions: [String] = []
    /// Whether it is compiled before it runs.
    public var isCompiled = false

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Runtime>(
        field("language", \.language), field("name", \.name), field("version", \.version),
        field("aliases", \.aliases), field("extensions", \.extensions), field("compiled", \.isCompiled))
}

/// What the sandbox can enforce on this machine.
public struct SandboxCapabilities: WireObject, Equatable {
    /// cgroup layout: v1, v2, hybrid or none.
    public var cgroups = ""
    /// How memory and CPU are accounted: cgroup_v1, cgroup_v2 or rlimit.
    public var accounting = ""
    /// Namespaces in use.
    public var namespaces: [String] = []
    /// Whether the system call filter is on.
    public var hasSeccomp = false
    /// The version of landlock that is the second wall, 0 where the kernel has none.
    public var landlockVersion = 0
    /// Whether memory of all processes of a program together is limited, not of each alone.
    public var limitsMemory = false
    /// Whether the number of processes is limited for each program, not for each user.
    public var limitsProcesses = false
    /// Whether CPU time of all processes of a program together is counted.
    public var countsCPU = false
    /// Languages whose interpreters may wait, started, for a script, and how many of each.
    public var warmLanguages: [String: Int] = [:]
    /// How many of all wait now.
    public var warmWaiting = 0
    /// What is missing and what follows, in words.
    public var notes: [String] = []

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<SandboxCapabilities>(
        field("cgroups", \.cgroups), field("accounting", \.accounting), field("namespaces", \.namespaces),
        field("seccomp", \.hasSeccomp), defaulted("landlock_version", \.landlockVersion),
        defaulted("limits_memory", \.limitsMemory), defaulted("limits_processes", \.limitsProcesses),
        defaulted("counts_cpu", \.countsCPU), defaulted("warm_languages", \.warmLanguages),
        defaulted("warm_waiting", \.warmWaiting), field("notes", \.notes))
}
