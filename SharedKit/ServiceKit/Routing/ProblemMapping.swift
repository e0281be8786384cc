internal import Contracts

/// The one place where errors become problems.
enum ProblemMapping {
    /// What the client is told about `error`; whatever we do not know is an internal error without details.
    static func problem(for error: any Error, isLate: Bool) -> Problem {
        switch error {
        case let problem as Problem: problem
        case let error as any ProblemConvertible: error.problem
        case let faults as WireFaults: Problem(faults)
        case let tooLarge as BodyTooLarge:
            Problem(.bodyTooLarge, "the body may have at most \(tooLarge.limit) bytes")
        case is CancellationError where isLate:
            Problem(.deadlineExceeded, "the work did not end before the request's deadline")
        case is CancellationError: Problem(.unavailable, "the request was cancelled", retryAfter: 1000)
        case is ConnectionClosed:
            Problem(.malformedRequest, "the connection ended in the middle of the request")
        default: Problem(.internalError, "something went wrong on our side; the request id tells us what")
        }
    }
}
