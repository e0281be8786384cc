internal import Contracts
internal import NIOCore
internal import NIOHTTP1
internal import Telemetry

/// What every service serves beside its own endpoints.
struct OperationsRoutes: Sendable {
    let service: ServiceName
    let health: HealthRegistry
    let telemetry: Telemetry

    func add(to routes: inout Routes) {
        addHealth(&routes)
        let telemetry = telemetry
        routes.raw(on: endpoint("metrics", "/metrics", "Metrics for Prometheus") as Endpoint<Nothing, String>)
        { _ in
            .bytes(Array(telemetry.metricsText().utf8), contentType: PrometheusText.mediaType)
        }
        let version = VersionInfo(service: service.rawValue, version: Release.version)
        routes.on(endpoint("version", "/version", "The release")) { _ in version }
        let traces = Endpoint<Nothing, SpanList>(
            "operations.trace", of: service, .get, "/internal/v1/traces/{trace_id}", access: .fleet,
            "What this service knows about a trace")
        routes.on(traces) { call in
            guard let trace = call.scene.path["trace_id"].flatMap({ TraceID($0) }) else {
                throw CallScene.invalid("path/trace_id", .wrongFormat, "expected 32 lower-case hex digits")
            }
            return SpanList(spans: telemetry.traces.spans(of: trace))
        }
    }

    private func addHealth(_ routes: inout Routes) {
        let service = service
        let health = health
        routes.raw(
            on: endpoint("livez", "/livez", "Whether the process is alive") as Endpoint<Nothing, Health>
        ) { _ in
            var alive = Health()
            alive.version = Release.version
            alive.serviceID = service.rawValue
            return .health(alive)
        }
        for name in ["readyz", "healthz"] {
            let about = "Whether the service takes requests, and how its parts are"
            let endpoint: Endpoint<Nothing, Health> = endpoint(name, "/\(name)", about)
            routes.raw(on: endpoint) { _ in
                .health(await health.report(version: Release.version, service: service))
            }
        }
    }

    private func endpoint<Response: Wire>(
        _ name: String, _ path: String, _ about: String
    ) -> Endpoint<Nothing, Response> {
        Endpoint("operations.\(name)", of: service, .get, path, access: .open, about, timeout: .seconds(10))
    }
}

extension ServerResponse {
    fileprivate static func health(_ health: Health) -> ServerResponse {
        var response = json(
            health, status: health.status == .fail ? 503 : 200, contentType: "application/health+json")
        response.headers.add(name: "Cache-Control", value: "no-store")
        return response
    }
}

/// The release of the fleet.
package enum Release {
    /// Semantic versioning.
    package static let version = "0.1.0"
}
