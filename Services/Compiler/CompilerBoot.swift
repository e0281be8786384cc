internal import Artifacts
internal import Contracts
private import Languages
internal import Logging
internal import Sandbox
package import ServiceKit
internal import SystemKit

/// Puts the service together from the settings of its process.
///
/// `CODECOLLAB_LANGUAGES`: directory of language definitions, found beside the executable without it.
/// `CODECOLLAB_ARTIFACTS`: directory of artifacts, the executor's too; `$CODECOLLAB_HOME/data/artifacts`
/// without it.
/// `CODECOLLAB_ARTIFACT_MIB`: its quota.
package enum CompilerBoot {
    /// What is made while the process may still do everything.
    package struct Prepared: Sendable {
        let book: LanguageBook
        let ground: SandboxGround
    }

    /// Makes the sandboxes' ground, and as root gives root up for good.
    /// - Throws: what makes it impossible to serve, in words.
    package static func prepare(_ configuration: inout Configuration) throws -> Prepared {
        let directory = try LanguageRegistry.standardDirectory(
            configured: configuration.text("CODECOLLAB_LANGUAGES"))
        let book = LanguageBook(try LanguageRegistry.load(directory: directory))
        let identity = try ServiceIdentity(configuration)
        let ground = try SandboxGround(for: identity?.user ?? .current)
        if let identity, ground.canLeavePrivileges {
            configuration = try identity.settled(
                [configuration.dataDirectory], sharing: [configuration.artifactDirectory])
            try ground.leavePrivileges()
        }
        return Prepared(book: book, ground: ground)
    }

    /// The compiler's endpoints and background work.
    /// - Throws: what makes it impossible to serve, in words.
    package static func parts(
        _ surroundings: ServiceSurroundings, _ prepared: Prepared
    ) async throws -> ServiceParts {
        let configuration = surroundings.configuration
        let book = prepared.book
        let quota = try configuration.integer(
            "CODECOLLAB_ARTIFACT_MIB", in: 64...1 << 20, default: ArtifactStore.Limits.quotaBytes >> 20)
        let store = try ArtifactStore(
            directory: configuration.artifactDirectory, quotaBytes: quota << 20)
        let host = try await SandboxHost(on: prepared.ground)
        let service = CompilerService(languages: book, store: store) { try await host.run($0) }
        var routes = Routes()
        CompilerRoutes(service).add(to: &routes)
        surroundings.health.own("compiler:languages") {
            HealthCheck(
                book.registry.found.isEmpty ? .fail : .pass, output: "\(book.registry.found.count) found")
        }
        try learnVersions(book, configuration)
        var parts = ServiceParts(routes)
        parts.add(background: "warden") { try await host.watchWarden() }
        parts.close = { await host.close() }
        return parts
    }

    /// Nobody has to wait for versions, so they are asked for on a thread of their own.
    private static func learnVersions(_ book: LanguageBook, _ configuration: Configuration) throws {
        let file = "\(configuration.dataDirectory)/tool-versions.json"
        _ = try DedicatedThread(named: "tool-versions") { book.learnVersions(rememberedIn: file) }
    }
}
