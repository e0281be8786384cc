import Contracts

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
