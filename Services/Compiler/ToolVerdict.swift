internal import Contracts
internal import Sandbox

/// What a tool's end says about the sources.
enum ToolVerdict: Equatable {
    case succeeded
    /// The sources are wrong, or the tool fell over them.
    case failed(isCrash: Bool)
    case limited(Verdict)

    /// - Throws: `CancellationError`, or `Problem` when the sandbox itself failed.
    init(_ result: SandboxResult) throws {
        switch result.verdict {
        case .ok: self = .succeeded
        case .nonzeroExit: self = .failed(isCrash: false)
        case .signalled, .securityViolation: self = .failed(isCrash: true)
        case .memoryLimit: self = .limited(.memoryLimit)
        case .cpuLimit: self = .limited(.cpuLimit)
        case .wallLimit: self = .limited(.wallLimit)
        case .outputLimit: self = .limited(.outputLimit)
        case .fileLimit: self = .limited(.fileLimit)
        case .processLimit: self = .limited(.processLimit)
        case .cancelled: throw CancellationError()
        case .internalError:
            throw Problem(.unavailable, "the sandbox could not run the compiler", retryAfter: 1000)
        }
    }

    var state: Compilation.State {
        switch self {
        case .succeeded: .succeeded
        case .failed: .failed
        case .limited: .limited
        }
    }

    var limit: Verdict? {
        guard case .limited(let limit) = self else { return nil }
        return limit
    }

    var isFailure: Bool { self != .succeeded && limit == nil }

    /// Only what the sources alone decide is given again; limits and crashes may be the machine's mood.
    var isKept: Bool { self == .succeeded || self == .failed(isCrash: false) }
}
