import Contracts
import Glibc

/// How a program ended, for people and for shells.
enum RunReport {
    /// Exit code when nothing can be said about the program (EX_SOFTWARE of sysexits.h).
    static let ourFault: CInt = 70

    /// What the compiler said.
    static func tell(_ compilation: Compilation, hasFailed: Bool) {
        for diagnostic in compilation.diagnostics { Console.tell(line(diagnostic)) }
        guard hasFailed, compilation.diagnostics.isEmpty, let output = compilation.output else { return }
        Console.tell(output)
    }

    /// What the program shows, where it shows it.
    static func write(_ event: RunEvent) throws {
        guard let content = event.content else { return }
        let file = SourceFile.with { ($0.content, $0.encoding) = (content, event.encoding ?? .utf8) }
        Console.write(try file.bytes(), to: event.kind == .stderr ? STDERR_FILENO : STDOUT_FILENO)
    }

    /// Says how the run ended and gives our exit code: the program's own, as a shell gives it.
    static func show(_ run: Contracts.Run, isQuiet: Bool) -> CInt {
        if let said = run.compile { tell(said, hasFailed: run.state == .compileFailed) }
        for part in run.degraded { Console.tell("without \(part)") }
        guard let result = run.execution else {
            if !isQuiet { Console.tell("\(run.state.rawValue)\(run.reason.map { ": \($0)" } ?? "")") }
            return [.compileFailed, .failed].contains(run.state) ? 1 : ourFault
        }
        if !isQuiet { Console.tell(summary(result)) }
        return exitCode(result)
    }

    private static func line(_ diagnostic: Diagnostic) -> String {
        let place = diagnostic.range.map { ":\($0.line):\($0.column)" } ?? ""
        let path = diagnostic.path.map { "\($0)\(place): " } ?? ""
        return "\(path)\(diagnostic.severity.rawValue): \(diagnostic.message)"
    }

    /// Verdict, time and memory in a line.
    static func summary(_ result: ExecutionResult) -> String {
        let cpu = (result.cpuUserMicroseconds + result.cpuSystemMicroseconds) / 1000
        let memory = Reading.bytes(result.memoryPeakBytes)
        let wall = result.wallMicroseconds / 1000
        let code = result.exitCode.map { $0 == 0 ? "" : " (exit \($0))" } ?? ""
        let end = result.signal.map { " (\($0))" } ?? code
        let reason = result.verdict == .ok ? "" : result.reason.map { ", \($0)" } ?? ""
        return "\(result.verdict.rawValue)\(end)\(reason): wall \(Reading.duration(milliseconds: wall)), "
            + "CPU \(Reading.duration(milliseconds: cpu)), peak memory \(memory)"
    }

    /// The program's own exit code, or what a shell gives for its end.
    static func exitCode(_ result: ExecutionResult) -> CInt {
        if let code = result.exitCode { return CInt(truncatingIfNeeded: code) }
        switch result.verdict {
        case .wallLimit, .cpuLimit: return 124
        case .memoryLimit: return 137
        case .internalError: return ourFault
        default: return 128 + (result.signal.flatMap { signals[$0] } ?? 0)
        }
    }

    /// signal(7), the same on every machine we run on.
    private static let signals: [String: CInt] = [
        "SIGHUP": 1, "SIGINT": 2, "SIGQUIT": 3, "SIGILL": 4, "SIGTRAP": 5, "SIGABRT": 6, "SIGBUS": 7,
        "SIGFPE": 8, "SIGKILL": 9, "SIGUSR1": 10, "SIGSEGV": 11, "SIGUSR2": 12, "SIGPIPE": 13, "SIGALRM": 14,
        "SIGTERM": 15,
    ]
}
