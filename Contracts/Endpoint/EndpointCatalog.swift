/// Every endpoint of the fleet: routers, the gateway, documents and tests read this list.
public enum EndpointCatalog {
    /// All routes, grouped by service.
    public static let all: [Route] =
        GatewayEndpoints.all + AuthEndpoints.all + SessionEndpoints.all + CollabEndpoints.all
        + AIEndpoints.all
        + CompilerEndpoints.all + ExecutorEndpoints.all + ProfilerEndpoints.all
        + PistonEndpoints.all + Judge0Endpoints.all

    /// The names of all routes.
    public static let names = Set(all.map(\.name))
}
