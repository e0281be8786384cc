internal import Artifacts
internal import Contracts
internal import Jail
internal import Languages
internal import Sandbox
package import ServiceKit

/// Puts the service together from the settings of its process.
package enum CompilerBoot {
    /// The variables that this service reads.
    package static let variables = [
        ConfigurationVariable.languages, .artifacts,
        ConfigurationVariable(
            name: "CODECOLLAB_ARTIFACT_MIB", fallback: "\(ArtifactStore.Limits.quotaBytes >> 20)",
            about: "MiB of artifacts that are kept; those unused for longest go first."),
    ]

    /// What is made while the process may still do everything.
    package struct Prepared: Sendable {
        let book: LanguageBook
        let jail: Jail
    }

    /// Makes the sandboxes' ground, and as root gives root up for good.
    /// - Throws: what makes it impossible to serve, in words.
    package static func prepare(_ configuration: inout Configuration) throws -> Prepared {
        let book = LanguageBook(try Toolchains.load(configuration))
        let jail = try Jail(sharing: [configuration.artifactDirectory], for: &configuration)
        return Prepared(book: book, jail: jail)
    }

    /// The compiler's endpoints and background work.
    /// - Throws: what makes it impossible to serve, in words.
    package static func parts(
        _ surroundings: ServiceSurroundings, _ prepared: Prepared
    ) async throws -> ServiceParts {
        let book = prepared.book
        let store = try artifacts(surroundings.configuration)
        let host = try await prepared.jail.open(surroundings)
        let service = CompilerService(languages: book, store: store) { try await host.run($0) }
        surroundings.health.own("compiler:languages") {
            HealthCheck(
                book.registry.found.isEmpty ? .fail : .pass, output: "\(book.registry.found.count) found")
        }
        surroundings.health.queue("compilations:queue", service.lane)
        try Toolchains.learnVersions(surroundings.configuration) { book.learnVersions(rememberedIn: $0) }
        var routes = Routes()
        CompilerRoutes(service).add(to: &routes)
        var parts = ServiceParts(routes)
        parts.own(host)
        return parts
    }

    private static func artifacts(_ configuration: Configuration) throws -> ArtifactStore {
        let quota = try configuration.integer(
            "CODECOLLAB_ARTIFACT_MIB", in: 64...1 << 20, default: ArtifactStore.Limits.quotaBytes >> 20)
        return try ArtifactStore(directory: configuration.artifactDirectory, quotaBytes: quota << 20)
    }
}
