/// Why a request was not done: RFC 9457 problem details with a stable code.
public struct Problem: WireObject, Equatable, Error {
    /// A URI reference that names the kind of problem, `/problems/<code>`.
    public var type = "about:blank"
    /// The kind in words.
    public var title = ""
    /// The HTTP status, 400 to 599.
    public var status = 500
    /// What happened this time and what to do next; never a secret, never an internal detail.
    public var detail: String?
    /// The request's path.
    public var instance: String?
    /// The kind, for machines.
    public var code = ProblemCode.internalError
    /// The request, for support.
    public var requestID: String?
    /// The trace, 32 hex digits.
    public var traceID: String?
    /// What exactly is wrong with the request.
    public var errors: [FieldProblem]?
    /// When it makes sense to try again.
    public var retryAfterMilliseconds: Int?

    /// For reading.
    public init() {}

    /// A problem of a kind.
    public init(
        _ code: ProblemCode, _ detail: String? = nil, errors: [FieldProblem]? = nil, retryAfter: Int? = nil
    ) {
        type = "/problems/\(code.rawValue)"
        title = code.title
        status = code.status
        self.detail = detail
        self.code = code
        self.errors = errors
        retryAfterMilliseconds = retryAfter
    }

    /// The problem that a broken JSON text makes: 400 when it is not JSON, 422 when it breaks the contract.
    public init(_ faults: WireFaults) {
        let errors = faults.all.map {
            FieldProblem(pointer: $0.pointer, code: $0.code.rawValue, detail: $0.detail)
        }
        self.init(
            faults.isSyntax ? .malformedJSON : .invalidRequest,
            faults.all.first.map { "\($0.pointer.isEmpty ? "the body" : $0.pointer): \($0.detail)" },
            errors: errors)
    }

    /// A request that breaks a rule the contract's tables cannot say: 422, naming the field and the rule.
    public static func refusal(_ pointer: String, _ code: WireFault.Code, _ detail: String) -> Problem {
        Problem(
            .invalidRequest, "\(pointer): \(detail)",
            errors: [FieldProblem(pointer: pointer, code: code.rawValue, detail: detail)])
    }

    /// RFC 9457 members and ours.
    public static let fields = Fields<Problem>(
        field("type", \.type), field("title", \.title), field("status", \.status, .range(400...599)),
        field("detail", \.detail), field("instance", \.instance), field("code", \.code),
        field("request_id", \.requestID), field("trace_id", \.traceID), field("errors", \.errors),
        field("retry_after_ms", \.retryAfterMilliseconds))
}

extension Problem: CustomStringConvertible {
    /// For people and logs: what happened, the code, and what to name when asking for help.
    public var description: String {
        "\(detail ?? title) (\(code.rawValue)\(requestID.map { ", \($0)" } ?? ""))"
    }
}

/// One thing that is wrong with a request.
public struct FieldProblem: WireObject, Equatable {
    /// RFC 6901 JSON Pointer into the body, or `query/<name>`, `path/<name>`, `header/<name>`.
    public var pointer = ""
    /// The rule, see `WireFault.Code`.
    public var code = ""
    /// The rule in words.
    public var detail = ""

    /// For reading.
    public init() {}

    /// A broken rule.
    public init(pointer: String, code: String, detail: String) {
        self.pointer = pointer
        self.code = code
        self.detail = detail
    }

    /// pointer, code, detail.
    public static let fields = Fields<FieldProblem>(
        field("pointer", \.pointer), field("code", \.code), field("detail", \.detail))
}
