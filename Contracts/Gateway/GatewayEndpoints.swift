/// What the gateway serves itself.
public enum GatewayEndpoints {
    /// The state of the fleet.
    public static let status = Endpoint<Nothing, FleetStatus>(
        "gateway.status", of: .gateway, .get, "/v1/status", access: .open, "Tell the state of all services",
        timeout: .seconds(5))
    /// Everything that is known about a trace.
    public static let trace = Endpoint<Nothing, TraceReport>(
        "gateway.trace", of: .gateway, .get, "/admin/traces/{trace_id}", access: .identified(nil),
        "Gather the spans of a trace from all services",
        parameters: [
            .path("trace_id", TraceName.schema, "The trace, hex.")
        ], problems: [.notFound], timeout: .seconds(5))
    /// This interface as OpenAPI 3.1.
    public static let openAPI = Endpoint<Nothing, Nothing>(
        "gateway.openapi", of: .gateway, .get, "/openapi.json", access: .open,
        "Describe every endpoint as OpenAPI 3.1", answers: .bytes(mediaType: "application/json"), status: 200)
    /// This interface for people.
    public static let docs = Endpoint<Nothing, Nothing>(
        "gateway.docs", of: .gateway, .get, "/docs", access: .open, "Describe every endpoint for people",
        answers: .bytes(mediaType: "text/html"), status: 200)

    /// All of them.
    public static let all: [Route] = [status.route, trace.route, openAPI.route, docs.route]
}
