internal import NIOCore
internal import NIOHTTP1
internal import Telemetry

/// Brings finished spans to the collector, when one is configured.
enum TraceSending {
    /// Sends until cancelled; without a collector it only waits.
    static func run(_ exporter: SpanExporter?) async throws {
        guard let exporter else {
            while true { try await Task.sleep(for: .seconds(3600)) }
        }
        let endpoint = exporter.endpoint
        let client = PeerClient("collector", at: .tcp(host: endpoint.host, port: endpoint.port))
        await exporter.run { request in
            var headers: HTTPHeaders = ["Content-Type": "application/json"]
            for (name, value) in endpoint.headers { headers.add(name: name, value: value) }
            let post = ClientRequest(
                "POST", endpoint.path, headers: headers, body: .bytes(ByteBuffer(bytes: request.body)),
                timeout: .seconds(10))
            return try await client.send(post) { $0.status }
        }
    }
}
