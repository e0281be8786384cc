internal import Artifacts
internal import Contracts
internal import Diagnostics
private import NIOHTTP1
package import ServiceKit
private import SystemKit

/// The compiler's endpoints.
package struct CompilerRoutes: Sendable {
    private let service: CompilerService

    /// Endpoints of a service.
    package init(_ service: CompilerService) { self.service = service }

    /// Adds all of them.
    package func add(to routes: inout Routes) {
        let service = service
        routes.on(CompilerEndpoints.compile) { try await service.compile($0.body) }
        routes.raw(on: CompilerEndpoints.diagnose) { call in
            let format = try Self.format(call)
            return Self.answer(try await service.check(call.body), format, call.body)
        }
        routes.raw(on: CompilerEndpoints.artifact) { try Self.artifact($0, service.store.reader) }
        routes.on(CompilerEndpoints.languages) { _ in service.languages.list }
    }

    /// The query wins over `Accept`, which is only looked at for the two dialects that have a name of their
    /// own.
    private static func format(_ call: Call<CompilationRequest>) throws(Problem) -> ReportFormat {
        if let asked = try call.query("format", oneOf: ReportFormat.self) { return asked }
        let accept = call.header("Accept")?.lowercased() ?? ""
        if accept.contains("application/sarif+json") { return .sarif }
        return accept.contains("application/vscode-jsonrpc") ? .lsp : .json
    }

    private static func answer(
        _ report: DiagnosticReport, _ format: ReportFormat, _ request: CompilationRequest
    ) -> ServerResponse {
        switch format {
        case .json: .json(report)
        case .lsp: .json(LSPDiagnostics.parameters(for: report.diagnostics, files: request.files.map(\.path)))
        case .sarif: .json(SARIF.log(report.diagnostics), contentType: "application/sarif+json")
        }
    }

    private static func artifact(_ call: Call<Nothing>, _ reader: ArtifactReader) throws -> ServerResponse {
        let digest: Digest256 = try call.path("digest")
        guard let artifact = reader.find(digest) else {
            throw Problem(.notFound, "there is no such artifact")
        }
        switch artifact.kind {
        case .executable: return try file(artifact.path)
        case .directory:
            guard let manifest = reader.manifest(of: digest) else {
                throw Problem(.notFound, "there is no such artifact")
            }
            guard let member: SourcePath = try call.query("path") else { return .json(manifest) }
            guard manifest.files.contains(where: { $0.path == member }) else {
                throw Problem(.notFound, "the artifact has no such file")
            }
            return try file("\(artifact.path)/\(member.text)")
        }
    }

    /// Artifacts never change, so clients may keep them for ever.
    private static func file(_ path: String) throws -> ServerResponse {
        let bytes = try FileBytes.read(path, atMost: ArtifactStore.Limits.artifactBytes)
        var response = ServerResponse.bytes(bytes, contentType: "application/octet-stream")
        response.headers.add(name: "Cache-Control", value: "private, max-age=31536000, immutable")
        response.headers.add(name: "X-Content-Type-Options", value: "nosniff")
        return response
    }
}
