import Contracts
import Supervision
import SystemKit

extension Run {
    /// Runs the file at our own terminal; answers our exit code.
    func sit(_ source: SourceFile, at url: String) throws -> CInt {
        let signals = try OwnTerminal.signals()
        let door = try blocking { try await PublicDoor(url: url) }
        guard let id = try start(source, door) else { return 1 }
        let ending = try TerminalSeat.sit(.alone, signals, door, "/v1/executions/\(id.text)/terminal")
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

    private func getUp(_ ending: TerminalSeat.Ending, _ id: ExecutionID, _ door: PublicDoor) throws -> CInt {
        switch ending {
        case .finished(let result):
            guard let result else { return RunReport.ourFault }
            if !quiet { Console.tell(RunReport.summary(result)) }
            return RunReport.exitCode(result)
        case .takenOver:
            Console.tell("another client sits at the terminal now")
            return TerminalSeat.leftCode
        case .left:
            ignoring("its own limits end the program") { try blocking { try await door.cancel(id) } }
            if !quiet { Console.tell("left; the program was ended") }
            return TerminalSeat.leftCode
        }
    }
}
