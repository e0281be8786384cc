package import Contracts

/// How a run ended.
package struct RunOutcome: Sendable, Equatable {
    /// The final state.
    package var state: RunState
    /// How the program ended, if one was started.
    package var execution: ExecutionResult?
    /// Why, for `internal_error` and for what was refused before a program ran.
    package var reason: String?

    /// An end without a program.
    package init(_ state: RunState, reason: String? = nil) {
        self.state = state
        self.reason = reason
    }

    /// The end of a program.
    package init(_ result: ExecutionResult) {
        state = RunState(result.verdict)
        execution = result
        reason = result.reason
    }
}

extension RunState {
    /// The state of a run whose program ended so.
    package init(_ verdict: Verdict) {
        self =
            switch verdict {
            case .ok: .succeeded
            case .nonzeroExit, .signalled, .fileLimit, .processLimit, .securityViolation: .failed
            case .cpuLimit, .wallLimit: .timedOut
            case .memoryLimit: .memoryExceeded
            case .outputLimit: .outputExceeded
            case .cancelled: .cancelled
            case .internalError: .internalError
            }
    }
}
