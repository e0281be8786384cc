/// A terminal in place of a program's standard streams; its other end is `executions.terminal`.
public struct TerminalRequest: WireObject, Equatable {
    /// Characters of a line.
    public var columns = 80
    /// Lines.
    public var rows = 24
    /// Wall time of the program, milliseconds; 30 minutes unless told.
    public var wallMilliseconds = 1_800_000
    /// How long nothing may be typed and nothing shown, milliseconds; 5 minutes unless told.
    public var idleMilliseconds = 300_000
    /// Whether its output comes as `stdout` events too, bounded by `limits` as any program's (4 MiB unless
    /// told); then nobody who watches holds the program up.
    public var isRecorded = false

    /// For reading.
    public init() {}

    /// columns, rows, wall_ms, idle_ms, recorded.
    public static let fields = Fields<TerminalRequest>(
        defaulted("columns", \.columns, TerminalRule.characters),
        defaulted("rows", \.rows, TerminalRule.characters),
        defaulted("wall_ms", \.wallMilliseconds, .range(1000...3_600_000)),
        defaulted("idle_ms", \.idleMilliseconds, .range(1000...3_600_000)),
        defaulted("recorded", \.isRecorded))
}

/// How large a terminal's screen is.
public struct ScreenSize: WireObject, Equatable {
    /// Characters of a line.
    public var columns = 80
    /// Lines.
    public var rows = 24

    /// 80 by 24.
    public init() {}

    /// columns, rows.
    public static let fields = Fields<ScreenSize>(
        field("columns", \.columns, TerminalRule.characters), field("rows", \.rows, TerminalRule.characters))
}

private enum TerminalRule {
    /// Of a line, or lines: more than any screen has.
    static let characters = Rule<Int>.range(1...1000)
}

/// What a client of a terminal says in a text message; what is typed comes in binary messages, as it is.
public struct TerminalCommand: WireObject, Equatable {
    /// Kinds of commands.
    public enum Kind: String, WireEnum {
        /// The screen has another size: `columns` and `rows`.
        case resize
        /// Signals the program: `signal`. SIGINT, SIGQUIT and SIGTSTP reach everybody in the foreground.
        case signal
        /// Ends the input, as Ctrl-D does.
        case eof
        /// Everything before `seq` is on the screen; see the parameter `window`.
        case ack
    }

    /// What a command is about.
    public struct Details: WireObject, Equatable {
        /// For `resize`.
        public var columns: Int?
        /// For `resize`.
        public var rows: Int?
        /// For `signal`.
        public var signal: TerminalSignal?
        /// For `ack`: bytes of output from the start.
        public var sequence: Int?

        /// For reading.
        public init() {}

        /// The name in documents.
        public static var schemaName: String { "TerminalCommandDetails" }

        /// columns, rows, signal, seq.
        public static let fields = Fields<Details>(
            field("columns", \.columns, TerminalRule.characters),
            field("rows", \.rows, TerminalRule.characters), field("signal", \.signal),
            field("seq", \.sequence, .range(0...1 << 53)))
    }

    /// What shall be done.
    public var kind = Kind.eof
    /// With what.
    public var details: Details?

    /// For reading.
    public init() {}

    /// type, data.
    public static let fields = Fields<TerminalCommand>(field("type", \.kind), field("data", \.details))
}

/// Signals that may be sent through a terminal.
public enum TerminalSignal: String, WireEnum {
    case interrupt = "SIGINT"
    case quit = "SIGQUIT"
    case stop = "SIGTSTP"
    case resume = "SIGCONT"
    case terminate = "SIGTERM"
    case kill = "SIGKILL"
    case hangup = "SIGHUP"
    case user1 = "SIGUSR1"
    case user2 = "SIGUSR2"
}

/// What a terminal says in a text message. Output comes in binary messages: eight bytes, the number of bytes
/// of output before these (big-endian), then the bytes.
public struct TerminalEvent: WireObject, Equatable {
    /// Kinds of events.
    public enum Kind: String, WireEnum {
        /// The first message: where the output goes on.
        case opened
        /// A message of the client's was not understood; nothing happened.
        case error
        /// The program has ended and all its output was sent; the last message.
        case finished
    }

    /// What an event is about.
    public struct Details: WireObject, Equatable {
        /// For `opened`: where the execution stands.
        public var state: ExecutionState?
        /// For `opened`: bytes of output between what was asked for and `seq`, which are no longer there.
        public var truncatedBytes: Int?
        /// For `opened`: bytes typed so far that have come here, all connections together.
        public var inputBytes: Int?
        /// For `opened`: the size of the terminal.
        public var columns: Int?
        /// For `opened`: the size of the terminal.
        public var rows: Int?
        /// For `error`: what was wrong, field and rule.
        public var problem: Problem?
        /// For `finished`: how it ended.
        public var result: ExecutionResult?

        /// For reading.
        public init() {}

        /// The name in documents.
        public static var schemaName: String { "TerminalEventDetails" }

        /// The table.
        public static let fields = Fields<Details>(
            field("state", \.state), field("truncated_bytes", \.truncatedBytes),
            field("input_bytes", \.inputBytes), field("columns", \.columns), field("rows", \.rows),
            field("problem", \.problem), field("result", \.result))
    }

    /// Bytes of output before this event.
    public var sequence = 0
    /// When.
    public var at = Instant.zero
    /// What happened.
    public var kind = Kind.opened
    /// With what.
    public var details = Details()

    /// For reading.
    public init() {}

    /// seq, at, type, data.
    public static let fields = Fields<TerminalEvent>(
        field("seq", \.sequence), field("at", \.at), field("type", \.kind), field("data", \.details))
}
