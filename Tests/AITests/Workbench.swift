import AIService
import Contracts
import Languages
import Sandbox
import SystemKit

/// Services over this machine's real tools and a real sandbox, or over a sandbox of the test's own.
enum Workbench {
    static let definitions =
        "\(#filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" })/Deploy/languages"
    static let registry = Result { try LanguageRegistry.load(directory: definitions) }

    private static let shared = Task {
        let host = try await SandboxHost()
        return AIService(registry: try registry.get()) { try await host.run($0) }
    }

    static func service() async throws -> AIService { try await Self.shared.value }

    static func service(
        _ run: @escaping @Sendable (SandboxSpec) async throws -> SandboxResult
    ) throws -> AIService {
        AIService(registry: try registry.get(), run: run)
    }

    static func request(_ files: (String, String)...) throws -> AnalysisRequest {
        var request = AnalysisRequest()
        request.files = try files.map { SourceFile(try SourcePath($0.0), $0.1) }
        return request
    }
}
