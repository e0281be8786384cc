internal import Contracts
internal import Languages

/// Our verdicts in Judge0's statuses.
///
/// Judge0 has no status for memory: what needed too much is a Runtime Error (Other) with a message. More
/// output than is kept is what Judge0's limit of written files makes of it, SIGXFSZ.
enum Judge0Verdict {
    /// The status' number and isolate's words for it.
    static func of(_ outcome: WholeRun.Outcome, _ order: Judge0Order) -> (status: Int, message: String?) {
        guard let result = outcome.result else {
            let limit = outcome.compilation?.limit
            return (6, limit.map { "Compilation ran into a limit: \($0.rawValue)" })
        }
        switch result.verdict {
        case .ok: return (isAccepted(outcome, order) ? 3 : 4, nil)
        case .cpuLimit: return (5, "Time limit exceeded")
        case .wallLimit: return (5, "Time limit exceeded (wall clock)")
        case .memoryLimit: return (12, "Memory limit exceeded")
        case .outputLimit, .fileLimit: return (8, "Caught fatal signal 25")
        case .internalError, .cancelled: return (13, result.reason ?? "Internal error")
        case .signalled, .securityViolation, .processLimit, .nonzeroExit: return ending(result)
        }
    }

    private static func ending(_ result: ExecutionResult) -> (Int, String?) {
        guard let signal = result.signal else {
            if result.reason?.hasPrefix("the program could not be started") == true {
                return (14, result.reason)
            }
            return (11, "Exited with error status \(result.exitCode ?? 1)")
        }
        let number = SandboxTranslation.number(ofSignal: signal) ?? 0
        let statuses = ["SIGSEGV": 7, "SIGXFSZ": 8, "SIGFPE": 9, "SIGABRT": 10]
        return (statuses[signal] ?? 12, "Caught fatal signal \(number)")
    }

    /// Blanks at the ends of lines and of the text do not count (isolate_job.rb: strip).
    private static func isAccepted(_ outcome: WholeRun.Outcome, _ order: Judge0Order) -> Bool {
        guard let expected = order.expected else { return true }
        let written = (order.redirectsStderr ? outcome.combined : outcome.result?.stdout.bytes) ?? []
        return OutputComparison(Checker()).difference(written, expected) == nil
    }
}

extension FoundLanguage {
    /// The name as Judge0 writes it, with the version that is here.
    var judge0Name: String { version.isEmpty ? language.name : "\(language.name) (\(version))" }
}
