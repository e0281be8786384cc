package import Contracts
internal import NIOHTTP1

/// What a service serves: its endpoints, each with the closure that answers it.
package struct Routes: Sendable {
    private(set) var prepared: [PreparedRoute] = []

    /// No routes yet.
    package init() {}

    /// The data of all routes registered so far.
    package var all: [Route] { prepared.map(\.route) }

    /// Whether connections may outlive the requests that they began with.
    var opensWebSockets: Bool {
        prepared.contains { if case .webSocket = $0.route.response { true } else { false } }
    }

    /// Serves an endpoint whose answer is one value.
    package mutating func on<Request, Response>(
        _ endpoint: Endpoint<Request, Response>,
        _ handler: @escaping @Sendable (Call<Request>) async throws -> Response
    ) {
        reply(to: endpoint) { Reply(try await handler($0)) }
    }

    /// Serves an endpoint whose answer also has a status or header fields of its own.
    package mutating func reply<Request, Response>(
        to endpoint: Endpoint<Request, Response>,
        _ handler: @escaping @Sendable (Call<Request>) async throws -> Reply<Response>
    ) {
        add(endpoint) { call in
            let reply = try await handler(call)
            let status = reply.status ?? endpoint.route.status
            var response =
                Response.self == Nothing.self
                ? ServerResponse(status: status) : ServerResponse.json(reply.value, status: status)
            for (name, value) in reply.headers { response.headers.add(name: name, value: value) }
            return response
        }
    }

    /// Serves an endpoint whose answer is a stream of server-sent events; the stream ends when the handler
    /// returns.
    ///
    /// Errors thrown before the first event are normal problems only when thrown by `prepare`.
    package mutating func events<Request, Event>(
        on endpoint: Endpoint<Request, Event>,
        _ handler: @escaping @Sendable (Call<Request>, EventStream<Event>) async throws -> Void
    ) {
        events(on: endpoint, prepare: { _ in }, { call, _, stream in try await handler(call, stream) })
    }

    /// The same with a first part that may still refuse with a problem: existence and permission belong
    /// there.
    package mutating func events<Request, Event, Prepared: Sendable>(
        on endpoint: Endpoint<Request, Event>,
        prepare: @escaping @Sendable (Call<Request>) async throws -> Prepared,
        _ handler: @escaping @Sendable (Call<Request>, Prepared, EventStream<Event>) async throws -> Void
    ) {
        add(endpoint) { call in
            let prepared = try await prepare(call)
            let headers: HTTPHeaders = [
                "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no",
            ]
            return ServerResponse(
                status: endpoint.route.status, headers: headers,
                body: .stream { writer in
                    let stream = EventStream<Event>(writer)
                    try await stream.keepingAlive { try await handler(call, prepared, stream) }
                })
        }
    }

    /// Serves an endpoint whose answer is not JSON: bytes, a stream of bytes, another protocol.
    package mutating func raw<Request, Response>(
        on endpoint: Endpoint<Request, Response>,
        _ handler: @escaping @Sendable (Call<Request>) async throws -> ServerResponse
    ) {
        add(endpoint, handler)
    }

    /// Serves an endpoint that takes bytes piece by piece, with back-pressure.
    package mutating func upload<Response>(
        on endpoint: Endpoint<Nothing, Response>,
        _ handler: @escaping @Sendable (CallScene, ServerRequest.Body) async throws -> Reply<Response>
    ) {
        prepared.append(
            PreparedRoute(route: endpoint.route, streamsBody: true) { scene, body in
                let reply = try await handler(scene, body)
                return .json(reply.value, status: reply.status ?? endpoint.route.status)
            })
    }

    private mutating func add<Request, Response>(
        _ endpoint: Endpoint<Request, Response>,
        _ answer: @escaping @Sendable (Call<Request>) async throws -> ServerResponse
    ) {
        let route = endpoint.route
        prepared.append(
            PreparedRoute(route: route, streamsBody: false) { scene, body in
                let body = try BodyDecoding.decode(Request.self, body, of: scene)
                return try await answer(Call(body: body, scene: scene))
            })
    }
}

/// A route with its types taken away.
struct PreparedRoute: Sendable {
    let route: Route
    let streamsBody: Bool
    let answer: @Sendable (CallScene, ServerRequest.Body) async throws -> ServerResponse
}
