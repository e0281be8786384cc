internal import Contracts
internal import Jail
internal import Languages
internal import Logging
internal import Sandbox
package import ServiceKit

/// Puts the service together from the settings of its process.
package enum AIBoot {
    /// The variables that this service reads.
    package static let variables = [ConfigurationVariable.languages]

    /// What is made while the process may still do everything.
    package struct Prepared: Sendable {
        let registry: LanguageRegistry
        let jail: Jail
    }

    /// Makes the sandboxes' ground, and as root gives root up for good.
    /// - Throws: what makes it impossible to serve, in words.
    package static func prepare(_ configuration: inout Configuration) throws -> Prepared {
        let registry = try Toolchains.load(configuration)
        return Prepared(registry: registry, jail: try Jail(for: &configuration))
    }

    /// The endpoints; without a working sandbox the analysers are missing and the rest is answered.
    /// - Throws: what makes it impossible to serve, in words.
    package static func parts(
        _ surroundings: ServiceSurroundings, _ prepared: Prepared
    ) async throws -> ServiceParts {
        let sandbox = await sandbox(surroundings, prepared.jail)
        let service = AIService(registry: prepared.registry) { spec in
            guard let sandbox else { throw Problem(.unavailable) }
            return try await sandbox.run(spec)
        }
        var routes = Routes()
        AIRoutes(service).add(to: &routes)
        var parts = ServiceParts(routes)
        if let sandbox { parts.own(sandbox) }
        return parts
    }

    private static func sandbox(_ surroundings: ServiceSurroundings, _ jail: Jail) async -> SandboxHost? {
        do {
            return try await jail.open(surroundings)
        } catch {
            surroundings.logger.warning("analysers cannot be isolated here", metadata: ["error": "\(error)"])
            let check = HealthCheck(.warn, output: "no analysers: \(error)")
            surroundings.health.own("sandbox:isolation") { check }
            return nil
        }
    }
}
