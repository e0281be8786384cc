/// In whose words an endpoint speaks: ours, or those of a system whose clients we serve as they are.
///
/// The dialect decides what an error looks like, whether unknown fields and query parameters are refused, and
/// which header may bring the token; the gateway and the service read it from the route.
public enum Dialect: Sendable {
    /// Our own: RFC 9457 problems, strict requests.
    case own
    /// Piston's API v2: `{"message": …}`, 400 for whatever is wrong with a request.
    case piston
    /// Judge0 CE's: `{"error": …}`, or a list of complaints for each field.
    case judge0

    /// The dialect of whatever lies at a path, served or not.
    public init(at path: Substring) {
        self =
            path.hasPrefix("/compat/piston/") ? .piston : path.hasPrefix("/compat/judge0/") ? .judge0 : .own
    }

    /// Whether what the contract does not know is refused; foreign clients send what other releases knew.
    public var refusesUnknown: Bool { self == .own }

    /// The header that may bring the token in place of `Authorization`.
    public var tokenHeader: String? { self == .judge0 ? "X-Auth-Token" : nil }

    /// The media type of an error.
    public var errorMediaType: String { self == .own ? "application/problem+json" : "application/json" }

    /// The status of a kind of problem.
    public func status(of problem: Problem) -> Int {
        self == .piston && problem.status == 422 ? 400 : problem.status
    }

    /// The status of a kind of problem.
    public func status(of code: ProblemCode) -> Int { status(of: Problem(code)) }

    /// What an error looks like.
    public var errorSchema: Schema {
        switch self {
        case .own: Problem.schema
        case .piston: PistonError.schema
        case .judge0: Judge0Error.schema
        }
    }

    /// A problem in the dialect's words.
    public func encode(_ problem: Problem) -> [UInt8] {
        let words = problem.detail ?? problem.title
        return switch self {
        case .own: problem.encode()
        case .piston: PistonError.with { $0.message = words }.encode()
        case .judge0: Judge0Error.with { $0.error = words }.encode()
        }
    }
}
