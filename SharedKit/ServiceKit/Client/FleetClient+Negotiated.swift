package import Contracts
package import NIOHTTP1

extension FleetClient {
    /// Calls an endpoint that answers with events when it is asked for `text/event-stream`; `body` gets the
    /// answer's header fields, too.
    /// - Throws: the peer's `Problem`, `PeerFailure`, and what `body` throws.
    package func events<Request, Response, Event: Wire, Result: Sendable>(
        of endpoint: Endpoint<Request, Response>, _: Event.Type, _ request: Request, _ options: CallOptions,
        _ body: (HTTPHeaders, ReceivedEvents<Event>) async throws -> Result
    ) async throws -> Result {
        var options = options
        options.headers.replaceOrAdd(name: "Accept", value: "text/event-stream")
        return try await raw(endpoint, request, options) { response in
            let events = ReceivedEvents<Event>(response.body, peer: endpoint.route.service.rawValue)
            return try await body(response.head.headers, events)
        }
    }
}
