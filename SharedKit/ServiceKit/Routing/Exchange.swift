internal import Contracts
internal import Logging
internal import NIOHTTP1
internal import SystemKit
internal import Telemetry
internal import Tracing

/// One request and its answer as logs, metrics and traces see them.
struct Exchange: Sendable {
    let requestID: String
    let context: ServiceContext
    private let request: ServerRequest
    private let routeName: String
    private let isQuiet: Bool
    private let dialect: Dialect
    private let deadline: Timestamp
    private let responder: Responder
    private let span: RecordingSpan

    init(
        _ request: ServerRequest, routeName: String, isQuiet: Bool, _ dialect: Dialect,
        _ deadline: Timestamp, of responder: Responder
    ) {
        self.request = request
        self.routeName = routeName
        self.isQuiet = isQuiet
        self.dialect = dialect
        self.deadline = deadline
        self.responder = responder
        requestID = RequestID.of(request.head, now: responder.clock.now())
        var incoming = ServiceContext.topLevel
        responder.telemetry.tracer.extract(request.head.headers, into: &incoming, using: HeaderFields())
        incoming.requestID = requestID
        let name = routeName.isEmpty ? Self.method(request) : "\(Self.method(request)) \(routeName)"
        span = responder.telemetry.tracer.startSpan(
            name, context: incoming, ofKind: .server, at: DefaultTracerClock.now, function: "answer",
            file: "ServiceKit", line: 0)
        context = span.context
        responder.metrics.began()
    }

    private static func method(_ request: ServerRequest) -> String {
        let method = request.head.method.rawValue
        return Contracts.HTTPMethod(rawValue: method) == nil && method != "HEAD" ? "_OTHER" : method
    }

    /// The handler has answered; a stream or upgrade is noted when it ends.
    func completed(_ response: ServerResponse) -> ServerResponse {
        var response = response
        decorate(&response)
        switch response.body {
        case .stream(let body): response.body = .stream(following(body, response.status))
        case .none, .bytes, .upgrade, .tunnel: note(response.status, nil, nil)
        }
        return response
    }

    /// The handler has thrown; the one place where an error turns into a problem.
    func failed(_ error: any Error) -> ServerResponse {
        let problem = problem(for: error)
        var response = ServerResponse.problem(problem, in: dialect)
        decorate(&response)
        note(response.status, problem, error)
        return response
    }

    private func problem(for error: any Error) -> Problem {
        let isLate = responder.clock.now() >= deadline
        var problem = ProblemMapping.problem(for: error, isLate: isLate)
        problem.instance = String(request.path)
        problem.requestID = requestID
        problem.traceID = context.traceContext?.traceID.description
        return problem
    }

    private func decorate(_ response: inout ServerResponse) {
        response.headers.replaceOrAdd(name: "X-Request-Id", value: requestID)
        if case .stream = response.body { return }
        response.headers.add(
            name: "Server-Timing", value: "\(responder.telemetry.service);dur=\(elapsed.milliseconds)")
    }

    private func following(
        _ body: @escaping @Sendable (BodyWriter) async throws -> Void, _ status: Int
    ) -> @Sendable (BodyWriter) async throws -> Void {
        { writer in
            try await ServiceContext.$current.withValue(context) {
                do {
                    try await body(writer)
                    note(status, nil, nil)
                } catch is CancellationError where responder.clock.now() >= deadline {
                    // A stream that has reached its longest time ends in order; its reader comes back for
                    // more.
                    note(status, nil, nil)
                } catch {
                    note(status, problem(for: error), error)
                    throw error
                }
            }
        }
    }

    private var elapsed: Elapsed { Elapsed(nanoseconds: monotonicNanoseconds() - request.startNanoseconds) }

    private func note(_ status: Int, _ problem: Problem?, _ error: (any Error)?) {
        let elapsed = elapsed
        responder.metrics.ended(
            method: Self.method(request), route: routeName.isEmpty ? "_unmatched" : routeName, status: status,
            nanoseconds: elapsed.nanoseconds)
        span.attributes["http.request.method"] = Self.method(request)
        span.attributes["http.response.status_code"] = status
        if !routeName.isEmpty { span.attributes["http.route"] = routeName }
        if status >= 500 { span.setStatus(SpanStatus(code: .error, message: problem?.code.rawValue)) }
        span.end()
        log(status, problem, error, elapsed)
    }

    private func log(_ status: Int, _ problem: Problem?, _ error: (any Error)?, _ elapsed: Elapsed) {
        let isOurFault = problem?.code == .internalError
        let level: Logger.Level = isOurFault ? .error : isQuiet ? .debug : .info
        guard level >= responder.logger.logLevel else { return }
        var metadata: Logger.Metadata = [
            "method": "\(Self.method(request))", "path": "\(request.path)", "status": "\(status)",
            "duration_ms": "\(elapsed.milliseconds)",
        ]
        if let problem { metadata["code"] = "\(problem.code.rawValue)" }
        if let problem, let detail = problem.detail { metadata["detail"] = "\(detail)" }
        if isOurFault, let error { metadata["error"] = "\(error)" }
        responder.logger.log(level: level, isOurFault ? "request failed" : "request", metadata: metadata)
    }
}

/// A distance in time that shows itself in milliseconds with two decimals.
private struct Elapsed {
    let nanoseconds: UInt64

    var milliseconds: String {
        let hundredths = nanoseconds / 10_000
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
