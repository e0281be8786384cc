import Contracts
import Glibc
import ServiceKit
import Supervision
import SystemKit

extension Run {
    /// Exit code of who left before the program ended, as of ssh.
    private static let leftCode: CInt = 255

    /// Runs the file at our own terminal; answers our exit code.
    func sit(_ source: SourceFile, at url: String) throws -> CInt {
        guard isatty(STDIN_FILENO) == 1 else {
            throw FleetFault("run -t needs a terminal: standard input is none")
        }
        // Before there is a second thread that could take the signal.
        let signals = try Signals([SIGWINCH])
        var door = try blocking { try await PublicDoor(url: url) }
        guard let id = try start(source, door) else { return 1 }
        let ending: TerminalSeat.Ending
        do {
            let own = try OwnTerminal(signals)
            var seat = TerminalSeat(at: own) { shown in
                do {
                    return try Self.connect(url, id, shown, door.token)
                } catch let refused as ClientWebSocket.Refused where refused.status == 401 {
                    door = try blocking { [door] in try await door.renewed() }
                    return try Self.connect(url, id, shown, door.token)
                }
            }
            ending = try seat.sit()
        }
        return try getUp(ending, id, door)
    }

    /// Compiles if need be and starts the program; nil when it does not compile.
    private func start(_ source: SourceFile, _ door: PublicDoor) throws -> ExecutionID? {
        let (wanted, name) = (language, fileName)
        let runtime = try blocking { try await door.language(named: wanted, ofFile: name) }
        let size = OwnTerminal.size
        var request = ExecutionRequest.with {
            $0.language = runtime.language
            $0.files = [source]
            $0.limits = limits
            $0.terminal = .with { ($0.columns, $0.rows) = (size.columns, size.rows) }
        }
        request.arguments = try arguments.map { try ProgramArgument($0) }
        if runtime.isCompiled {
            let sources = CompilationRequest.with { ($0.language, $0.files) = (runtime.language, [source]) }
            let compilation = try blocking { try await door.compile(sources) }
            RunReport.tell(compilation, hasFailed: compilation.state != .succeeded)
            guard compilation.state == .succeeded else { return nil }
            request.artifact = compilation.artifact
        }
        return try blocking { [request] in try await door.start(request) }
    }

    private static func connect(
        _ url: String, _ id: ExecutionID, _ shown: Int, _ token: String
    ) throws -> ClientWebSocket {
        guard case .tcp(let host, let port) = PeerAddress(url) else {
            throw FleetFault("\(url) is no address of a gateway")
        }
        let path = "/v1/executions/\(id.text)/terminal?after=\(shown)"
        return try ClientWebSocket.open(host: host, port: port, path: path, token: token)
    }

    private func getUp(_ ending: TerminalSeat.Ending, _ id: ExecutionID, _ door: PublicDoor) throws -> CInt {
        switch ending {
        case .finished(let result):
            if !quiet { Console.tell(RunReport.summary(result)) }
            return RunReport.exitCode(result)
        case .takenOver:
            Console.tell("another client sits at the terminal now")
            return Self.leftCode
        case .left:
            ignoring("its own limits end the program") { try blocking { try await door.cancel(id) } }
            if !quiet { Console.tell("left; the program was ended") }
            return Self.leftCode
        }
    }
}
