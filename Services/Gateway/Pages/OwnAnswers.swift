package import Contracts
private import ServiceKit
private import SystemKit
private import NIOHTTP1

/// What the gateway answers itself, by the routes' names.
package struct OwnAnswers: Sendable {
    private let watcher: FleetWatcher
    private let traces: TraceGatherer
    private let showsTracesToEverybody: Bool
    private let document: [UInt8]

    /// Answers out of these sources.
    /// - Parameter showsTracesToEverybody: whether any identity may read traces, or administrators only.
    package init(watcher: FleetWatcher, traces: TraceGatherer, showsTracesToEverybody: Bool) {
        self.watcher = watcher
        self.traces = traces
        self.showsTracesToEverybody = showsTracesToEverybody
        document = OpenAPI.document(for: EndpointCatalog.all, version: Release.version).encode()
    }

    /// Everything that the gateway serves: the fleet's endpoints and its own pages.
    package static let routes = EndpointCatalog.all + [WebFiles.start.route, WebFiles.file.route]

    /// The answers.
    package var all: [String: EdgePlanner.OwnAnswer] {
        [
            GatewayEndpoints.status.route.name: { _ in .json(await watcher.status()) },
            GatewayEndpoints.trace.route.name: trace,
            GatewayEndpoints.openAPI.route.name: { _ in .bytes(document, contentType: "application/json") },
            GatewayEndpoints.docs.route.name: { _ in try WebFiles.answer("docs.html") },
            WebFiles.start.route.name: { _ in try WebFiles.answer("index.html") },
            WebFiles.file.route.name: { try WebFiles.answer($0.path["name"] ?? "") },
        ]
    }

    private func trace(_ call: EdgeCall) async throws -> ServerResponse {
        guard showsTracesToEverybody || call.identity?.may(.admin) ?? false else {
            throw Problem(.insufficientScope, "the scope admin is needed")
        }
        return .json(try await traces.report(on: call.path["trace_id"] ?? ""))
    }
}
