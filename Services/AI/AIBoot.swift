internal import Contracts
private import Languages
internal import Logging
internal import Sandbox
package import ServiceKit

/// Puts the service together from the settings of its process.
///
/// `CODECOLLAB_LANGUAGES`: directory of language definitions, found beside the executable without it.
package enum AIBoot {
    /// The endpoints; without a working sandbox the analysers are missing and the rest is answered.
    /// - Throws: what makes it impossible to serve, in words.
    package static func parts(_ surroundings: ServiceSurroundings) async throws -> ServiceParts {
        let configured = surroundings.configuration.text("CODECOLLAB_LANGUAGES")
        let directory = try LanguageRegistry.standardDirectory(configured: configured)
        let registry = try LanguageRegistry.load(directory: directory)
        let sandbox = await sandbox(surroundings)
        let service = AIService(registry: registry) { spec in
            guard let sandbox else { throw Problem(.unavailable) }
            return try await sandbox.run(spec)
        }
        surroundings.health.own("ai:sandbox") {
            HealthCheck(sandbox == nil ? .warn : .pass, output: sandbox == nil ? "no analysers" : nil)
        }
        var routes = Routes()
        AIRoutes(service).add(to: &routes)
        var parts = ServiceParts(routes)
        parts.close = { await sandbox?.close() }
        return parts
    }

    private static func sandbox(_ surroundings: ServiceSurroundings) async -> SandboxHost? {
        do {
            return try await SandboxHost()
        } catch {
            surroundings.logger.warning("analysers cannot be isolated here", metadata: ["error": "\(error)"])
            return nil
        }
    }
}
