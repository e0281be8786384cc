package import Contracts
package import Credentials
internal import Metrics
internal import NIOCore
internal import NIOHTTP1
package import SystemKit
package import Telemetry
internal import Tracing

/// Typed calls to the other services: the endpoint says where to, what goes in and what comes out.
package struct FleetClient: Sendable {
    private let peers: [ServiceName: PeerClient]
    private let signer: IdentitySigner?
    private let telemetry: Telemetry
    private let clock: WallClock

    /// A client of peers at their addresses.
    /// - Parameter signer: states the caller to the peers; nil makes calls without identity.
    package init(
        addresses: [ServiceName: PeerAddress], signer: IdentitySigner?, telemetry: Telemetry,
        clock: WallClock = .system
    ) {
        let metrics = ClientMetrics(factory: telemetry.metrics)
        peers = Dictionary(
            uniqueKeysWithValues: addresses.map { ($0, PeerClient($0.rawValue, at: $1, metrics: metrics)) })
        self.signer = signer
        self.telemetry = telemetry
        self.clock = clock
    }

    /// The client of one peer, for what has no endpoint.
    /// - Precondition: the peer has an address.
    package func peer(_ name: ServiceName) -> PeerClient {
        guard let peer = peers[name] else { preconditionFailure("\(name.rawValue) has no address here") }
        return peer
    }

    /// Calls an endpoint whose answer is one value.
    /// - Throws: the peer's `Problem`, or `PeerFailure` when there is none.
    package func call<Request, Response>(
        _ endpoint: Endpoint<Request, Response>, _ body: Request, _ options: CallOptions
    ) async throws -> Response {
        try await exchange(endpoint.route, payload(body), options) { response in
            let bytes = try await response.body.collect(upTo: Limits.answerBytes)
            if let nothing = Nothing() as? Response { return nothing }
            return try decode(Response.self, bytes, endpoint.route)
        }
    }

    /// Calls an endpoint without a body.
    /// - Throws: the peer's `Problem`, or `PeerFailure` when there is none.
    package func call<Response>(
        _ endpoint: Endpoint<Nothing, Response>, _ options: CallOptions
    ) async throws -> Response {
        try await call(endpoint, Nothing(), options)
    }

    /// Follows an endpoint's server-sent events while `body` reads them.
    /// - Throws: the peer's `Problem`, `PeerFailure`, and what `body` throws.
    package func events<Request, Event, Result: Sendable>(
        _ endpoint: Endpoint<Request, Event>, _ request: Request, _ options: CallOptions,
        _ body: (ReceivedEvents<Event>) async throws -> Result
    ) async throws -> Result {
        var options = options
        options.headers.replaceOrAdd(name: "Accept", value: "text/event-stream")
        return try await exchange(endpoint.route, payload(request), options) { response in
            try await body(ReceivedEvents(response.body, peer: endpoint.route.service.rawValue))
        }
    }

    /// Follows the server-sent events of an endpoint without a body.
    /// - Throws: the peer's `Problem`, `PeerFailure`, and what `body` throws.
    package func events<Event, Result: Sendable>(
        _ endpoint: Endpoint<Nothing, Event>, _ options: CallOptions,
        _ body: (ReceivedEvents<Event>) async throws -> Result
    ) async throws -> Result {
        try await events(endpoint, Nothing(), options, body)
    }

    /// Calls an endpoint and gives the answer as it is to `body`, bytes or whatever.
    /// - Throws: the peer's `Problem`, `PeerFailure`, and what `body` throws.
    package func raw<Request, Response, Result: Sendable>(
        _ endpoint: Endpoint<Request, Response>, _ request: Request, _ options: CallOptions,
        _ body: (ClientResponse) async throws -> Result
    ) async throws -> Result {
        try await exchange(endpoint.route, payload(request), options, body)
    }

    /// Sends bytes, whole or piece by piece, to an endpoint that takes them.
    /// - Throws: the peer's `Problem`, or `PeerFailure` when there is none.
    package func upload<Response>(
        _ endpoint: Endpoint<Nothing, Response>, _ body: ClientRequest.Body, _ options: CallOptions
    ) async throws -> Response {
        try await exchange(endpoint.route, body, options) { response in
            try decode(
                Response.self, try await response.body.collect(upTo: Limits.answerBytes), endpoint.route)
        }
    }

    private func payload<Request: Wire>(_ body: Request) -> ClientRequest.Body {
        .bytes(body is Nothing ? ByteBuffer() : ByteBuffer(bytes: body.encode()))
    }

    private func decode<Response: Wire>(
        _: Response.Type, _ bytes: ByteBuffer, _ route: Route
    ) throws -> Response {
        do throws(WireFaults) {
            return try Response.decode(Array(buffer: bytes), unknownFields: .skip)
        } catch {
            throw PeerFailure(route.service.rawValue, .misunderstood, "\(route.name): \(error.all)")
        }
    }

    private func exchange<Result: Sendable>(
        _ route: Route, _ body: ClientRequest.Body, _ options: CallOptions,
        _ use: (ClientResponse) async throws -> Result
    ) async throws -> Result {
        let span = telemetry.tracer.startSpan(
            "\(route.method.rawValue) \(route.path)", context: ServiceContext.current ?? .topLevel,
            ofKind: .client,
            at: DefaultTracerClock.now, function: route.name, file: "ServiceKit", line: 0)
        defer { span.end() }
        span.attributes["server.address"] = route.service.rawValue
        do {
            let request = try prepare(route, body, options, span.context)
            return try await peer(route.service).send(request) { response in
                span.attributes["http.response.status_code"] = response.status
                if response.status >= 400 { throw await problem(in: response, route) }
                return try await use(response)
            }
        } catch {
            span.setStatus(SpanStatus(code: .error, message: "\(error)"))
            throw error
        }
    }

    private func prepare(
        _ route: Route, _ body: ClientRequest.Body, _ options: CallOptions, _ context: ServiceContext
    ) throws -> ClientRequest {
        let now = clock.now()
        let deadline = options.deadline.map { min($0, now + route.timeout) } ?? now + route.timeout
        guard deadline > now else { throw PeerFailure(route.service.rawValue, .late) }
        var headers = options.headers
        if case .json = route.request {
            headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        }
        headers.replaceOrAdd(name: DeadlineField.name, value: "\(deadline.milliseconds)")
        if let requestID = context.requestID { headers.replaceOrAdd(name: RequestID.field, value: requestID) }
        if let key = options.idempotencyKey { headers.replaceOrAdd(name: "Idempotency-Key", value: key) }
        if let signer {
            guard let statement = signer.sign(options.identity, to: route.service, now: now) else {
                throw PeerFailure(route.service.rawValue, .misunderstood, "\(route.name): no key for it")
            }
            headers.replaceOrAdd(name: IdentityHeader.name, value: statement)
        }
        telemetry.tracer.inject(context, into: &headers, using: HeaderFields())
        return ClientRequest(
            route.method.rawValue, try options.target(of: route), headers: headers, body: body,
            timeout: .milliseconds(deadline.milliseconds - now.milliseconds),
            isRepeatable: options.repeats(route))
    }

    private func problem(in response: ClientResponse, _ route: Route) async -> any Error {
        let peer = route.service.rawValue
        do {
            let bytes = try await response.body.collect(upTo: Limits.eventBytes)
            return try Problem.decode(Array(buffer: bytes), unknownFields: .skip)
        } catch {
            return PeerFailure(
                peer, .misunderstood, "\(route.name): status \(response.status) without a problem")
        }
    }
}
