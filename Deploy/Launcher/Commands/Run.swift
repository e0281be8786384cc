import ArgumentParser
import Contracts
import Glibc
import Supervision
import SystemKit

/// `codecollab run FILE`: runs a file in the fleet as if it ran here: its output, its input, its exit code.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a file in the fleet: its output as it comes, its exit code as ours.",
        usage: """
            codecollab run hello.py
            codecollab run main.c -- first second < input.txt
            codecollab run -t menu.py                          sit at it, as if it ran here
            codecollab run --language ruby script --wall 5000
            """,
        discussion: """
            With -t the program has a terminal, and yours is its window: keys go to it as they are, Ctrl-C \
            too; it hears of another size; a lost connection is taken up where it broke. At the beginning of \
            a line ~. leaves and ends the program (exit 255), ~^Z suspends this command, ~~ is a tilde, ~? \
            helps.

            The exit code is the program's: 128 + N for signal N, 124 for a limit of time, 137 for memory.
            """)

    @OptionGroup var options: FleetOptions
    @Option(help: "Its language; found from the name of the file unless given.") var language: String?
    @Option(help: "The most wall time, in milliseconds.") var wall: Int?
    @Option(help: "The most memory, in bytes.") var memory: Int?
    @Flag(name: .shortAndLong, help: "Sit at the program: it has a terminal, and yours is its window.")
    var terminal = false
    @Flag(name: .shortAndLong, help: "Leave out the line about verdict, time and memory.") var quiet = false
    @Argument(help: "The file.") var file: String
    @Argument(parsing: .postTerminator, help: "Arguments of the program, after --.") var arguments: [String] =
        []

    func run() throws {
        let installation = try Installation(options)
        let source = try SourceFile(try SourcePath(fileName), text())
        if terminal { throw ExitCode(try sit(source, at: try Fleet.status(installation).url)) }
        let input = isatty(STDIN_FILENO) == 1 ? "" : String(decoding: readAll(STDIN_FILENO), as: UTF8.self)
        let url = try Fleet.status(installation).url
        let request = (source, input, url)
        let ended = try blocking { try await follow(request.0, input: request.1, at: request.2) }
        throw ExitCode(RunReport.show(ended, isQuiet: quiet))
    }

    var fileName: String { file.split(separator: "/").last.map(String.init) ?? file }

    private func text() throws -> String {
        guard let bytes = readBytes(file) else { throw FleetFault("\(file) cannot be read") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FleetFault("\(file) is not UTF-8")
        }
        return text
    }

    private func follow(_ source: SourceFile, input: String, at url: String) async throws -> Contracts.Run {
        let door = try await PublicDoor(url: url)
        let language = try await door.language(named: language, ofFile: fileName).language
        let request = try SnippetRequest.with(language: language, source, input, arguments, limits)
        return try await door.follow(try await door.start(request).id, RunReport.write)
    }

    var limits: RunLimits {
        RunLimits.with {
            $0.wallMilliseconds = wall
            $0.memoryBytes = memory
        }
    }
}

/// Everything that can be read from a descriptor until its end.
private func readAll(_ descriptor: CInt) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 * 1024)
    while bytes.count <= ContractLimits.stdinBytes {
        let count = read(descriptor, &chunk, chunk.count)
        if count == -1 && errno == EINTR { continue }
        guard count > 0 else { break }
        bytes.append(contentsOf: chunk[..<count])
    }
    return bytes
}

extension SnippetRequest {
    fileprivate static func with(
        language: LanguageID,
        _ source: SourceFile,
        _ input: String,
        _ arguments: [String],
        _ limits: RunLimits
    ) throws -> SnippetRequest {
        var request = SnippetRequest()
        request.language = language
        request.files = [source]
        request.stdin = input
        request.arguments = try arguments.map { try ProgramArgument($0) }
        request.limits = limits
        return request
    }
}
