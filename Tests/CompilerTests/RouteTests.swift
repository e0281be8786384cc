import CompilerService
import Contracts
import Credentials
import ServiceKit
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(8))) struct RouteTests {
    @Test("compiles, answers the artifact, and again at once")
    func compiles() async throws {
        let compiler = try await Workbench.service()
        try await withService(.compiler, build: { _ in Self.parts(compiler) }) { service in
            let request = try Workbench.request("c", ("main.c", "int main(void) { return 3; }\n"))
            let identity = try Identity.tester()
            let first = try await service.client.call(
                CompilerEndpoints.compile, request, CallOptions(as: identity))
            #expect(first.state == .succeeded && first.artifactBytes ?? 0 > 1000)
            let second = try await service.client.call(
                CompilerEndpoints.compile, request, CallOptions(as: identity))
            #expect(second.isCached && second.artifact == first.artifact)
            let languages = try await service.client.call(
                CompilerEndpoints.languages, CallOptions(as: identity))
            #expect(languages.items.contains { $0.id.text == "c" && $0.isAvailable && $0.isCompiled })
            let statement = service.statement(of: identity)
            let digest = try #require(first.artifact).text
            let answer = try await Self.get("/v1/artifacts/\(digest)", statement, service.port)
            #expect(answer.hasPrefix("HTTP/1.1 200") && answer.contains("ELF"))
            let missing = try await Self.get(
                "/v1/artifacts/\(String(repeating: "0", count: 64))", statement, service.port)
            #expect(missing.hasPrefix("HTTP/1.1 404") && missing.contains("not_found"))
        }
    }

    @Test(
        "diagnostics come in three dialects",
        arguments: [("json", "diagnostics"), ("lsp", "uri"), ("sarif", "2.1.0")])
    func speaksDialects(format: String, mark: String) async throws {
        let compiler = try await Workbench.service()
        try await withService(.compiler, build: { _ in Self.parts(compiler) }) { service in
            let request = try Workbench.request("bash", ("main.sh", "if true\n"))
            let statement = service.statement(of: try Identity.tester())
            let answer = try await Self.post(
                "/v1/diagnostics?format=\(format)", request, statement, service.port)
            #expect(answer.hasPrefix("HTTP/1.1 200") && answer.contains(mark), "\(answer)")
        }
    }

    private static func parts(_ compiler: CompilerService) -> ServiceParts {
        var routes = Routes()
        CompilerRoutes(compiler).add(to: &routes)
        return ServiceParts(routes)
    }

    private static func get(_ path: String, _ statement: String, _ port: Int) async throws -> String {
        try await RawSocket.exchange(port: port) { socket in
            try socket.send(
                "GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields(statement))\r\n\r\n"
            )
            return try socket.readToEnd()
        }
    }

    private static func post(
        _ path: String, _ body: some Wire, _ statement: String, _ port: Int
    ) async throws -> String {
        let json = body.json
        return try await RawSocket.exchange(port: port) { socket in
            try socket.send(
                "POST \(path) HTTP/1.1\r\nHost: a\r\n\(fields(statement))\r\n"
                    + "Content-Type: application/json\r\nContent-Length: \(json.utf8.count)\r\n\r\n\(json)")
            return try socket.readToEnd()
        }
    }

    private static func fields(_ statement: String) -> String {
        "\(IdentityHeader.name): \(statement)\r\nConnection: close"
    }
}
