/// What `POST /submissions` of Judge0 takes; texts are base64 when the query says so.
public struct Judge0Request: ForeignObject, Equatable {
    /// The program.
    public var sourceCode: String?
    /// Judge0's number of the language.
    public var languageID: LooseNumber?
    /// Options of the compiler; not allowed here.
    public var compilerOptions: String?
    /// Arguments of the program, as a shell would split them.
    public var commandLineArguments: String?
    /// What the program reads from standard input.
    public var stdin: String?
    /// What it should write.
    public var expectedOutput: String?
    /// Seconds.
    public var cpuTimeLimit: LooseNumber?
    /// Seconds behind the limit before the program is ended.
    public var cpuExtraTime: LooseNumber?
    /// Seconds.
    public var wallTimeLimit: LooseNumber?
    /// Kilobytes.
    public var memoryLimit: LooseNumber?
    /// Kilobytes.
    public var stackLimit: LooseNumber?
    /// Processes and threads.
    public var processes: LooseNumber?
    /// Kept and answered; limits hold for all processes together here.
    public var isTimePerProcess: Bool?
    /// Kept and answered; limits hold for all processes together here.
    public var isMemoryPerProcess: Bool?
    /// Kilobytes.
    public var maxFileSize: LooseNumber?
    /// How often the program is run; times and memory are averages.
    public var numberOfRuns: LooseNumber?
    /// Whether standard error goes to standard output.
    public var redirectsStderr: Bool?
    /// Not allowed here.
    public var callbackURL: String?
    /// A zip archive in base64, unpacked beside the program.
    public var additionalFiles: String?
    /// Not allowed here.
    public var enablesNetwork: Bool?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Judge0Request>(
        field("source_code", \.sourceCode), field("language_id", \.languageID),
        field("compiler_options", \.compilerOptions), field("command_line_arguments", \.commandLineArguments),
        field("stdin", \.stdin), field("expected_output", \.expectedOutput),
        field("cpu_time_limit", \.cpuTimeLimit), field("cpu_extra_time", \.cpuExtraTime),
        field("wall_time_limit", \.wallTimeLimit), field("memory_limit", \.memoryLimit),
        field("stack_limit", \.stackLimit), field("max_processes_and_or_threads", \.processes),
        field("enable_per_process_and_thread_time_limit", \.isTimePerProcess),
        field("enable_per_process_and_thread_memory_limit", \.isMemoryPerProcess),
        field("max_file_size", \.maxFileSize), field("number_of_runs", \.numberOfRuns),
        field("redirect_stderr_to_stdout", \.redirectsStderr), field("callback_url", \.callbackURL),
        field("additional_files", \.additionalFiles), field("enable_network", \.enablesNetwork))
}

/// What `POST /submissions/batch` of Judge0 takes.
public struct Judge0Batch: ForeignObject, Equatable {
    /// The submissions, at most 20.
    public var submissions: [Judge0Request]?

    /// For reading.
    public init() {}

    /// submissions.
    public static let fields = Fields<Judge0Batch>(field("submissions", \.submissions))
}

/// A status of Judge0's.
public struct Judge0Status: ForeignObject, Equatable {
    /// 1 to 14.
    public var id = 1
    /// In words.
    public var description = ""

    /// For reading.
    public init() {}

    /// A status.
    public init(id: Int, description: String) {
        self.id = id
        self.description = description
    }

    /// id, description.
    public static let fields = Fields<Judge0Status>(field("id", \.id), field("description", \.description))
}

/// A language of Judge0's; a list shows less of it than the language itself.
public struct Judge0Language: ForeignObject, Equatable {
    /// Judge0's number.
    public var id = 0
    /// The name with the version that is here.
    public var name = ""
    /// Whether it is only kept for old submissions.
    public var isArchived: Bool?
    /// What a program's file is called.
    public var sourceFile: String?
    /// How it is compiled.
    public var compileCommand: String?
    /// How it is run.
    public var runCommand: String?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Judge0Language>(
        field("id", \.id), field("name", \.name), field("is_archived", \.isArchived),
        field("source_file", \.sourceFile), field("compile_cmd", \.compileCommand),
        field("run_cmd", \.runCommand))
}

/// What `GET /about` of Judge0 answers.
public struct Judge0About: ForeignObject, Equatable {
    /// The release of Judge0 whose API this is.
    public var version = "1.13.1"
    /// Where to read about it.
    public var homepage = "https://judge0.com"
    /// Where its sources are.
    public var sourceCode = "https://github.com/judge0/judge0"
    /// Who serves it here.
    public var maintainer = "CodeCollab, Judge0-compatible"

    /// For reading.
    public init() {}

    /// version, homepage, source_code, maintainer.
    public static let fields = Fields<Judge0About>(
        field("version", \.version), field("homepage", \.homepage), field("source_code", \.sourceCode),
        field("maintainer", \.maintainer))
}

/// How busy a queue of Judge0's is.
public struct Judge0Workers: ForeignObject, Equatable {
    /// The queue's name: the release.
    public var queue = "1.13.1"
    /// Submissions that wait.
    public var size = 0
    /// Workers.
    public var available = 0
    /// Workers without work.
    public var idle = 0
    /// Workers with work.
    public var working = 0
    /// Workers that pause.
    public var paused = 0
    /// Submissions that failed through our fault.
    public var failed = 0

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<Judge0Workers>(
        field("queue", \.queue), field("size", \.size), field("available", \.available),
        field("idle", \.idle),
        field("working", \.working), field("paused", \.paused), field("failed", \.failed))
}

/// An error of Judge0's, or its complaints about fields by their names.
public struct Judge0Error: ForeignObject, Equatable {
    /// What is wrong; absent when it is about fields.
    public var error: String?

    /// For reading.
    public init() {}

    /// error.
    public static let fields = Fields<Judge0Error>(field("error", \.error))

    /// An object, or a list of objects where a batch has nothing but faults.
    public static var schema: Schema {
        .named(schemaName) {
            let more = [JSONMember("additionalProperties", true), JSONMember("type", ["object", "array"])]
            return .refined(fields.schema, more)
        }
    }
}
