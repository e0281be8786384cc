internal import Contracts

/// What may stand on a service's command line; everything else is configuration from the environment.
struct ServiceFlags: Equatable {
    enum Mode: Equatable {
        case serve, healthcheck, version, help
    }

    var mode = Mode.serve
    var port: Int?
    var socket: String?

    /// A command line that cannot be understood, in words.
    struct Fault: Error, Equatable {
        let detail: String
    }

    init() {}

    /// Reads the arguments behind the program's name.
    /// - Throws: `Fault` naming the argument.
    init(_ arguments: some Sequence<String>) throws(Fault) {
        var rest = arguments.makeIterator()
        while let argument = rest.next() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let inline = parts.count == 2 ? String(parts[1]) : nil
            switch parts.first {
            case "--port": port = try Self.port(inline ?? rest.next())
            case "--socket": socket = try Self.path(inline ?? rest.next())
            case "--healthcheck": mode = .healthcheck
            case "--version": mode = .version
            case "--help", "-h": mode = .help
            default: throw Fault(detail: "unknown argument \(argument); try --help")
            }
        }
    }

    private static func port(_ text: String?) throws(Fault) -> Int {
        guard let text, let port = Int(text), (0...65535).contains(port) else {
            throw Fault(detail: "--port takes a number from 0 to 65535")
        }
        return port
    }

    private static func path(_ text: String?) throws(Fault) -> String {
        guard let text, text.hasPrefix("/"), text.utf8.count < 108 else {
            throw Fault(detail: "--socket takes an absolute path of at most 107 bytes")
        }
        return text
    }

    /// What `--help` prints: examples first.
    static func help(of service: ServiceName, _ own: [ConfigurationVariable] = []) -> String {
        let name = service.rawValue
        let examples = [
            ("", "serve on \(service.defaultPort) and on the Unix socket"),
            ("--port 0", "serve on a port that the kernel chooses"),
            ("--socket /run/\(name).sock", "serve on this Unix socket too"),
            ("--healthcheck", "ask the running service whether it is ready; exit 0 or 1"),
            ("--version", "print the release"),
        ].map { flags, about in
            let command = "\(name) \(flags)"
            return "  \(command)\(String(repeating: " ", count: max(2, 36 - command.count)))\(about)"
        }.joined(separator: "\n")
        let variables = (own + Configuration.variables)
            .map { "  \($0.name)\n      \($0.about) Default: \($0.fallback)" }.joined(separator: "\n")
        return """
            Examples:
            \(examples)

            Environment:
            \(variables)
            """
    }
}
