/// What `POST /api/v2/execute` of Piston takes.
public struct PistonRequest: ForeignObject, Equatable {
    /// Name or alias of a language.
    public var language: String?
    /// A version selector; there is one version of each language here, which the answer names.
    public var version: String?
    /// The files; the first is the main one.
    public var files: [PistonFile]?
    /// What the program reads from standard input.
    public var stdin: String?
    /// Arguments of the program.
    public var arguments: [String]?
    /// Wall time of the run, milliseconds.
    public var runTimeout: Int?
    /// Wall time of the compiler, milliseconds; its own limits hold here.
    public var compileTimeout: Int?
    /// CPU time of the run, milliseconds.
    public var runCPUTime: Int?
    /// CPU time of the compiler, milliseconds; its own limits hold here.
    public var compileCPUTime: Int?
    /// Memory of the run, bytes; -1 for the default.
    public var runMemoryLimit: Int?
    /// Memory of the compiler, bytes; its own limits hold here.
    public var compileMemoryLimit: Int?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<PistonRequest>(
        field("language", \.language), field("version", \.version), field("files", \.files),
        field("stdin", \.stdin), field("args", \.arguments), field("run_timeout", \.runTimeout),
        field("compile_timeout", \.compileTimeout), field("run_cpu_time", \.runCPUTime),
        field("compile_cpu_time", \.compileCPUTime), field("run_memory_limit", \.runMemoryLimit),
        field("compile_memory_limit", \.compileMemoryLimit))
}

/// A file of Piston's.
public struct PistonFile: ForeignObject, Equatable {
    /// Its name; one is found if absent.
    public var name: String?
    /// Its content.
    public var content: String?
    /// utf8, base64 or hex; others mean utf8.
    public var encoding: String?

    /// For reading.
    public init() {}

    /// name, content, encoding.
    public static let fields = Fields<PistonFile>(
        field("name", \.name), field("content", \.content), field("encoding", \.encoding))
}

/// What `POST /api/v2/execute` of Piston answers.
public struct PistonResult: ForeignObject, Equatable {
    /// How the run ended; how the compiler ended, when that was the end.
    public var run = PistonStage()
    /// How the compiler ended, for compiled languages.
    public var compile: PistonStage?
    /// The language's name.
    public var language = ""
    /// Its version.
    public var version = ""

    /// For reading.
    public init() {}

    /// run, compile, language, version.
    public static let fields = Fields<PistonResult>(
        field("run", \.run), field("compile", \.compile), field("language", \.language),
        field("version", \.version))
}

/// How a stage of Piston's ended.
public struct PistonStage: ForeignObject, Equatable {
    /// Standard output.
    public var stdout = ""
    /// Standard error.
    public var stderr = ""
    /// Both, in the order of arrival.
    public var output = ""
    /// The exit code, or null.
    public var code = Nullable<Int>.null
    /// The signal that ended it, or null.
    public var signal = Nullable<String>.null
    /// What happened, for people, or null.
    public var message = Nullable<String>.null
    /// TO, RE, SG, OL, EL or XX; null when it ended well.
    public var status = Nullable<String>.null
    /// CPU time, milliseconds.
    public var cpuTime = Nullable<Int>.null
    /// Wall time, milliseconds.
    public var wallTime = Nullable<Int>.null
    /// Memory, bytes.
    public var memory = Nullable<Int>.null

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<PistonStage>(
        field("signal", \.signal), field("stdout", \.stdout), field("stderr", \.stderr),
        field("code", \.code),
        field("output", \.output), field("memory", \.memory), field("message", \.message),
        field("status", \.status), field("cpu_time", \.cpuTime), field("wall_time", \.wallTime))
}

/// A runtime as Piston lists it.
public struct PistonRuntime: ForeignObject, Equatable {
    /// The language's name.
    public var language = ""
    /// Three numbers.
    public var version = ""
    /// Other names.
    public var aliases: [String] = []

    /// For reading.
    public init() {}

    /// language, version, aliases.
    public static let fields = Fields<PistonRuntime>(
        field("language", \.language), field("version", \.version), field("aliases", \.aliases))
}

/// A package as Piston lists it; what is on the machine is installed.
public struct PistonPackage: ForeignObject, Equatable {
    /// The language's name.
    public var language = ""
    /// Three numbers.
    public var version = ""
    /// Whether it is there.
    public var isInstalled = true

    /// For reading.
    public init() {}

    /// language, language_version, installed.
    public static let fields = Fields<PistonPackage>(
        field("language", \.language), field("language_version", \.version), field("installed", \.isInstalled)
    )
}

/// What Piston's `connect` and its clients say, in text messages (api/src/api/v2.js).
public struct PistonMessage: ForeignObject, Equatable {
    /// From clients: `init` (with the members of a request), `data`, `signal`. To them: `runtime`, `stage`,
    /// `data`, `exit`, `error`.
    public var type = ""
    /// For `runtime`.
    public var language: String?
    /// For `runtime`.
    public var version: String?
    /// For `stage` and `exit`: `compile` or `run`.
    public var stage: String?
    /// For `data`: `stdin`, `stdout` or `stderr`.
    public var stream: String?
    /// For `data`.
    public var data: String?
    /// For `exit`; null when a signal ended it.
    public var code: Nullable<Int>?
    /// For `exit`: the signal that ended it, or null. For `signal`: its name.
    public var signal: Nullable<String>?
    /// For `error`.
    public var message: String?

    /// For reading.
    public init() {}

    /// The table.
    public static let fields = Fields<PistonMessage>(
        field("type", \.type), field("language", \.language), field("version", \.version),
        field("stage", \.stage), field("stream", \.stream), field("data", \.data), field("code", \.code),
        field("signal", \.signal), field("message", \.message))
}

/// An error of Piston's.
public struct PistonError: ForeignObject, Equatable {
    /// What is wrong.
    public var message = ""

    /// For reading.
    public init() {}

    /// message.
    public static let fields = Fields<PistonError>(field("message", \.message))
}

/// Piston's API v2 below `/compat/piston` (github.com/engineer-man/piston, docs/api-v2.md).
public enum PistonEndpoints {
    private static let example = #"""
        {"language":"js","version":"24.16.0","files":[{"name":"my_cool_code.js",
        "content":"console.log(process.argv)"}],"stdin":"","args":["1","2","3"],"compile_timeout":10000,
        "run_timeout":3000,"compile_memory_limit":-1,"run_memory_limit":-1}
        """#

    /// The languages.
    public static let runtimes = Endpoint<Nothing, [PistonRuntime]>(
        "piston.runtimes", of: .executor, .get, "/compat/piston/api/v2/runtimes", access: .open,
        "Piston: list the runtimes", dialect: .piston)
    /// The languages again, as packages.
    public static let packages = Endpoint<Nothing, [PistonPackage]>(
        "piston.packages", of: .executor, .get, "/compat/piston/api/v2/packages", access: .open,
        "Piston: list the packages; none can be added", dialect: .piston)
    /// Compiles and runs.
    public static let execute = Endpoint<PistonRequest, PistonResult>(
        "piston.execute", of: .executor, .post, "/compat/piston/api/v2/execute", access: .identified(.run),
        "Piston: run a program and wait for its end", problems: [.unknownLanguage, .overloaded],
        repeatability: .once, timeout: .seconds(200), bodyLimit: 20 << 20, example: example, dialect: .piston)

    /// Compiles and runs, and talks with the program meanwhile.
    public static let connect = Endpoint<Nothing, Nothing>(
        "piston.connect", of: .executor, .get, "/compat/piston/api/v2/connect", access: .identified(.run),
        "Piston: run a program and talk with it (WebSocket)", answers: .webSocket, status: 101,
        parameters: [CollabEndpoints.accessToken], dialect: .piston)

    /// All of them.
    public static let all: [Route] = [runtimes.route, packages.route, execute.route, connect.route]
}
