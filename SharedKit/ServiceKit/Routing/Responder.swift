package import Contracts
package import Credentials
internal import Logging
package import NIOHTTP1
package import SystemKit
package import Telemetry
internal import Tracing

/// Takes every request of a service from its head to its answer: route, identity, deadline, handler, problem.
package struct Responder: Sendable {
    /// Who is believed about callers; nil believes nobody, for services without routes that need it.
    let verifier: IdentityVerifier?
    let telemetry: Telemetry
    let clock: WallClock
    let logger: Logger
    let table: RouteTable<PreparedRoute>
    let metrics: RequestMetrics
    /// Answers what no route matches; the gateway's way to everything else.
    let fallback: (@Sendable (HTTPRequestHead) -> RequestPlan?)?
    let credentials: CredentialWatch?

    /// A responder of routes; WebSockets among them end with their tokens if there are `credentials`.
    package init(
        _ routes: Routes, verifier: IdentityVerifier?, telemetry: Telemetry, clock: WallClock = .system,
        credentials: CredentialWatch? = nil, fallback: (@Sendable (HTTPRequestHead) -> RequestPlan?)? = nil
    ) {
        self.credentials = credentials
        self.verifier = verifier
        self.telemetry = telemetry
        self.clock = clock
        self.fallback = fallback
        logger = telemetry.logger()
        metrics = RequestMetrics(factory: telemetry.metrics)
        table = RouteTable(routes.prepared.map { ($0.route.method, $0.route.path, $0) })
    }

    /// How a request is to be read and answered, by its head.
    package func plan(_ head: HTTPRequestHead) -> RequestPlan {
        let path = head.uri.prefix { $0 != "?" }
        switch table.match(method: head.method.rawValue, path: path) {
        case .found(let prepared, let parameters): return plan(head, prepared, parameters)
        case .wrongMethod(let allowed):
            if let plan = fallback?(head) { return plan }
            let names = allowed.map(\.rawValue).joined(separator: ", ")
            return refusal(Problem(.methodNotAllowed, "here one may: \(names)"), allow: names)
        case .nothing: return fallback?(head) ?? refusal(Problem(.notFound, "there is nothing at this path"))
        case .malformed:
            return refusal(Problem(.malformedRequest, "the path is not valid percent-encoded UTF-8"))
        }
    }

    private func plan(
        _ head: HTTPRequestHead, _ prepared: PreparedRoute, _ parameters: PathParameters
    ) -> RequestPlan {
        let route = prepared.route
        let deadline = DeadlineField.deadline(of: head, now: clock.now(), atMost: route.timeout)
        return RequestPlan(
            streamsBody: prepared.streamsBody, bodyLimit: route.bodyLimit,
            timeout: .milliseconds(deadline.milliseconds - clock.now().milliseconds)
        ) { request in
            await answer(request, to: route, isQuiet: route.isQuiet, deadline) { requestID in
                let scene = try scene(request, route, parameters, requestID, deadline)
                return try await prepared.answer(scene, request.body)
            }
        }
    }

    private func refusal(_ problem: Problem, allow: String? = nil) -> RequestPlan {
        RequestPlan(bodyLimit: ContractLimits.bodyBytes, timeout: .seconds(5)) { request in
            let deadline = clock.now() + .seconds(5)
            var response = await answer(request, to: nil, deadline) { _ in throw problem }
            if let allow { response.headers.add(name: "Allow", value: allow) }
            return response
        }
    }

    private func scene(
        _ request: ServerRequest, _ route: Route, _ parameters: PathParameters, _ requestID: String,
        _ deadline: Timestamp
    ) throws -> CallScene {
        let caller = try caller(of: request)
        try Self.check(caller, route.access)
        return CallScene(
            route: route, request: request, path: parameters, caller: caller, requestID: requestID,
            deadline: deadline, logger: logger, clock: clock, credentials: credentials,
            query: try ParameterCheck.query(of: request, parameters, of: route))
    }

    private func caller(of request: ServerRequest) throws(Problem) -> Identity? {
        guard let statement = request.head.headers.first(name: IdentityHeader.name) else { return nil }
        guard let verifier else { throw Problem(.unauthenticated, "this service believes no identity") }
        do {
            return try verifier.verify(statement, now: clock.now())
        } catch {
            throw Problem(.unauthenticated, "the stated identity is not believed: \(error)")
        }
    }

    private static func check(_ caller: Identity?, _ access: Access) throws(Problem) {
        switch access {
        case .open: return
        case .fleet, .identified(nil):
            if caller == nil { throw Problem(.unauthenticated, "sign in first") }
        case .identified(let scope?):
            guard let caller else { throw Problem(.unauthenticated, "sign in first") }
            if !caller.may(scope) {
                throw Problem(.insufficientScope, "the scope \(scope.rawValue) is needed")
            }
        }
    }

    /// Runs `body` inside a span and makes an answer of whatever comes out of it.
    ///
    /// Also for plans that are not routes (the gateway's): errors, log, metrics and trace are the same.
    /// - Parameter route: where the request goes; nil when it goes nowhere.
    package func answer(
        _ request: ServerRequest, to route: Route?, isQuiet: Bool = false, _ deadline: Timestamp,
        _ body: (String) async throws -> ServerResponse
    ) async -> ServerResponse {
        let exchange = Exchange(
            request, routeName: route?.path ?? "", isQuiet: isQuiet,
            route?.dialect ?? Dialect(at: request.path), deadline, of: self)
        return await ServiceContext.$current.withValue(exchange.context) {
            do {
                return exchange.completed(try await body(exchange.requestID))
            } catch {
                return exchange.failed(error)
            }
        }
    }
}

extension Route {
    /// Whether requests are so frequent and dull that they are logged at debug only.
    var isQuiet: Bool { name.hasPrefix("operations.") || (access == .fleet && method == .get) }
}
