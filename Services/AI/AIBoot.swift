internal import Contracts
internal import Languages
internal import Logging
internal import Sandbox
package import ServiceKit
internal import SystemKit

/// Puts the service together from the settings of its process.
///
/// `CODECOLLAB_LANGUAGES`: directory of language definitions, found beside the executable without it.
package enum AIBoot {
    /// What is made while the process may still do everything.
    package struct Prepared: Sendable {
        let registry: LanguageRegistry
        /// Or why analysers cannot be isolated here.
        let ground: Result<SandboxGround, SandboxFailure>
    }

    /// Makes the sandboxes' ground, and as root gives root up for good.
    /// - Throws: what makes it impossible to serve, in words.
    package static func prepare(_ configuration: inout Configuration) throws -> Prepared {
        let directory = try LanguageRegistry.standardDirectory(
            configured: configuration.text("CODECOLLAB_LANGUAGES"))
        let registry = try LanguageRegistry.load(directory: directory)
        let identity = try ServiceIdentity(configuration)
        let ground = Result { () throws(SandboxFailure) in
            try SandboxGround(for: identity?.user ?? .current)
        }
        if let identity, case .success(let ground) = ground, ground.canLeavePrivileges {
            configuration = try identity.settled([configuration.dataDirectory])
            try ground.leavePrivileges()
        }
        return Prepared(registry: registry, ground: ground)
    }

    /// The endpoints; without a working sandbox the analysers are missing and the rest is answered.
    /// - Throws: what makes it impossible to serve, in words.
    package static func parts(
        _ surroundings: ServiceSurroundings, _ prepared: Prepared
    ) async throws -> ServiceParts {
        let sandbox = await sandbox(surroundings, prepared.ground)
        let service = AIService(registry: prepared.registry) { spec in
            guard let sandbox else { throw Problem(.unavailable) }
            return try await sandbox.run(spec)
        }
        surroundings.health.own("ai:sandbox") {
            HealthCheck(sandbox == nil ? .warn : .pass, output: sandbox == nil ? "no analysers" : nil)
        }
        var routes = Routes()
        AIRoutes(service).add(to: &routes)
        var parts = ServiceParts(routes)
        if let sandbox { parts.add(background: "warden") { try await sandbox.watchWarden() } }
        parts.close = { await sandbox?.close() }
        return parts
    }

    private static func sandbox(
        _ surroundings: ServiceSurroundings, _ ground: Result<SandboxGround, SandboxFailure>
    ) async -> SandboxHost? {
        do {
            return try await SandboxHost(on: ground.get())
        } catch {
            surroundings.logger.warning("analysers cannot be isolated here", metadata: ["error": "\(error)"])
            return nil
        }
    }
}
