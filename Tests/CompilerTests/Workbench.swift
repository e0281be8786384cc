import Artifacts
import CompilerService
import Contracts
import Languages
import Sandbox
import TestSupport

/// A compiler service over this machine's real tools and a real sandbox, made once for all tests.
enum Workbench {
    static let definitions =
        "\(#filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" })/Deploy/languages"

    private static let sharedHost = Task { try await SandboxHost() }
    private static let shared = Task { () throws -> (CompilerService, LanguageBook) in
        let host = try await Self.host()
        return try make { try await host.run($0) }
    }

    static func host() async throws -> SandboxHost { try await sharedHost.value }
    static func service() async throws -> CompilerService { try await shared.value.0 }
    static func book() async throws -> LanguageBook { try await shared.value.1 }

    /// A service of its own, with an empty store and any way to run tools.
    static func make(
        width: Int = 2, _ run: @escaping CompilerService.Run
    ) throws -> (CompilerService, LanguageBook) {
        let book = LanguageBook(try LanguageRegistry.load(directory: definitions))
        let store = try ArtifactStore(directory: try ProcessDirectory.make())
        return (CompilerService(languages: book, store: store, width: width, run: run), book)
    }

    static func request(_ language: String, _ files: (String, String)...) throws -> CompilationRequest {
        var request = CompilationRequest()
        request.language = try LanguageID(language)
        request.files = try files.map { SourceFile(try SourcePath($0.0), $0.1) }
        return request
    }
}

extension Diagnostic {
    /// The diagnostic in one line, for tables.
    var line: String {
        let place = range.map { "\($0.line):\($0.column)-\($0.endLine):\($0.endColumn)" } ?? "-"
        return "\(path?.text ?? "-"):\(place) \(severity.rawValue) [\(code ?? "")] \(message)"
    }
}
