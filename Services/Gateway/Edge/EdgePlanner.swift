package import Contracts
package import NIOHTTP1
package import ServiceKit
package import SystemKit

/// Decides about every request that none of the operations routes takes: refuse, answer here, or pass on.
package struct EdgePlanner: Sendable {
    /// Answers an endpoint of the gateway itself.
    package typealias OwnAnswer = @Sendable (EdgeCall) async throws -> ServerResponse

    private struct Target: Sendable {
        let route: Route
        let own: OwnAnswer?
        /// Pages for people may be called with any query; what the document describes, with what it says.
        var isInDocument: Bool { EndpointCatalog.names.contains(route.name) }
    }

    private let table: RouteTable<Target>
    private let methods: [Contracts.HTTPMethod]
    private let responder: Responder
    private let gate: EdgeGate
    private let forwarder: Forwarder
    private let clock: WallClock

    /// A planner of routes; those of the gateway itself are answered by `own`, by the route's name.
    package init(
        routes: [Route],
        own: [String: OwnAnswer],
        gate: EdgeGate,
        forwarder: Forwarder,
        responder: Responder,
        clock: WallClock = .system
    ) {
        let open = routes.filter { $0.access != .fleet }
        table = RouteTable(open.map { ($0.method, $0.path, Target(route: $0, own: own[$0.name])) })
        methods = Contracts.HTTPMethod.allCases
        self.gate = gate
        self.forwarder = forwarder
        self.responder = responder
        self.clock = clock
    }

    /// How a request is to be read and answered.
    package func plan(_ head: HTTPRequestHead) -> RequestPlan {
        if let problem = CanonicalPath.problem(with: head.uri) { return refusal(problem) }
        switch table.match(method: head.method.rawValue, path: head.uri.prefix { $0 != "?" }) {
        case .found(let target, let path):
            let problem =
                CanonicalPath.problem(withEncodedSlashIn: head.uri, of: target.route)
                ?? UpgradeCheck.problem(with: head, of: target.route)
            if let problem { return refusal(problem) }
            return plan(head, target, path)
        case .wrongMethod(let allowed): return wrongMethod(head, allowed)
        case .nothing:
            let problem = CanonicalPath.problem(withEncodedSlashIn: head.uri, of: nil)
            return refusal(problem ?? Problem(.notFound, "there is nothing at this path"))
        case .malformed:
            return refusal(Problem(.malformedRequest, "the path is not valid percent-encoded UTF-8"))
        }
    }

    private func wrongMethod(_ head: HTTPRequestHead, _ allowed: [Contracts.HTTPMethod]) -> RequestPlan {
        if let fields = gate.origins.preflight(head, methods: allowed) {
            return RequestPlan(bodyLimit: 0, timeout: .seconds(5)) { _ in
                ServerResponse(status: 204, headers: HTTPHeaders(fields))
            }
        }
        let names = (allowed.contains(.get) ? ["HEAD"] : []) + allowed.map(\.rawValue)
        let list = names.sorted().joined(separator: ", ")
        return refusal(Problem(.methodNotAllowed, "here one may: \(list)"), allow: list)
    }

    private func plan(_ head: HTTPRequestHead, _ target: Target, _ path: PathParameters) -> RequestPlan {
        let route = target.route
        return RequestPlan(
            streamsBody: target.own == nil && route.bodyLimit > Limits.wholeBodyBytes && isLong(head),
            bodyLimit: Self.bodyLimit(route),
            timeout: route.timeout
        ) { request in
            await answer(request, route, route.timeout) { request, requestID, deadline, report in
                let identity = try await gate.admit(request, to: route, &report)
                let call = EdgeCall(
                    route: route,
                    path: path,
                    request: request,
                    identity: identity,
                    requestID: requestID,
                    deadline: deadline
                )
                return try await pass(call, to: target)
            }
        }
    }

    /// What a service answers, it checks itself; what is answered or decided here is checked here.
    private func pass(_ call: EdgeCall, to target: Target) async throws -> ServerResponse {
        if case .webSocket = call.route.response {
            try ParameterCheck.check(call.request, call.path, of: call.route)
            try UpgradeCheck.requireHandshake(call.request.head)
        }
        guard let own = target.own else { return try await forwarder.answer(call) }
        if target.isInDocument { try ParameterCheck.check(call.request, call.path, of: call.route) }
        return try await own(call)
    }

    /// Bodies that are not announced, or announced to be long, are not collected here.
    private func isLong(_ head: HTTPRequestHead) -> Bool {
        let announced = head.headers.first(name: "content-length").flatMap { Int($0) }
        return announced.map { $0 > Limits.wholeBodyBytes }
            ?? head.headers.contains(name: "transfer-encoding")
    }

    /// Endpoints without a body still take a small one, which the service then refuses with its own words.
    private static func bodyLimit(_ route: Route) -> Int {
        if case .none = route.request { return min(route.bodyLimit, 64 << 10) }
        return route.bodyLimit
    }

    private func refusal(_ problem: Problem, allow: String? = nil) -> RequestPlan {
        RequestPlan(bodyLimit: Limits.wholeBodyBytes, timeout: .seconds(5)) { request in
            var response = await answer(request, nil, .seconds(5)) { request, _, _, report in
                try gate.countAddress(of: request, &report)
                throw problem
            }
            if let allow, response.status == 405 { response.headers.add(name: "Allow", value: allow) }
            return response
        }
    }

    private func answer(
        _ request: ServerRequest,
        _ route: Route?,
        _ timeout: Duration,
        _ body: (ServerRequest, String, Timestamp, inout RateReport) async throws -> ServerResponse
    ) async -> ServerResponse {
        let deadline = clock.now() + timeout
        let trusted = gate.withTrustedFields(request)
        var report = RateReport()
        var response = await responder.answer(trusted, to: route, deadline) { requestID in
            try await body(trusted, requestID, deadline, &report)
        }
        for (name, value) in report.fields { response.headers.replaceOrAdd(name: name, value: value) }
        for (name, value) in gate.origins.fields(for: request.head.headers) {
            response.headers.add(name: name, value: value)
        }
        SecurityFields.add(to: &response.headers)
        return response
    }
}
