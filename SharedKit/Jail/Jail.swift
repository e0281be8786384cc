internal import Contracts
internal import Logging
package import Sandbox
package import ServiceKit
internal import SystemKit

/// What a service owns that lets strangers' programs run: made while the process may still do everything,
/// kept when it may do nothing any more.
///
/// Compiler, executor and ai boot with it in two steps, see `ServiceMain.run(_:loops:prepare:build:)`.
package struct Jail: Sendable {
    /// Or why programs cannot be isolated here.
    private let ground: Result<SandboxGround, SandboxFailure>

    /// Lays the sandboxes' ground, and as root gives root up for good, where the kernel lets it.
    ///
    /// The service's data directory becomes its own, `shared` ones are the group's, too; the settings change
    /// with that.
    /// - Throws: `ConfigurationFault`, `SystemFailure`, `SandboxFailure`; the process must not go on then.
    package init(
        _ sandboxes: SandboxHost.Configuration = .init(), sharing shared: [String] = [],
        for configuration: inout Configuration
    ) throws {
        let identity = try ServiceIdentity(configuration)
        ground = Result { () throws(SandboxFailure) in
            try SandboxGround(sandboxes, for: identity?.user ?? .current)
        }
        guard let identity else { return }
        switch ground {
        case .success(let ground) where !ground.canLeavePrivileges: return
        case .success(let ground):
            configuration = try identity.settled([configuration.dataDirectory], sharing: shared)
            try ground.leavePrivileges()
        case .failure:
            configuration = try identity.settled([configuration.dataDirectory], sharing: shared)
            try identity.user.become()
        }
    }

    /// Makes sandboxes from now on; what is worse here than it could be is logged, and told by `/healthz`.
    /// - Throws: `SandboxFailure` when programs cannot be isolated here.
    package func open(_ surroundings: ServiceSurroundings) async throws -> SandboxHost {
        let host = try await SandboxHost(on: ground.get())
        let warnings = host.capabilities.warnings
        for warning in warnings {
            surroundings.logger.warning("sandbox", metadata: ["warning": "\(warning)"])
        }
        let check = HealthCheck(warnings.isEmpty ? .pass : .warn, output: warnings.joined(separator: "; "))
        surroundings.health.own("sandbox:isolation") { check }
        return host
    }
}

extension ServiceParts {
    /// The service ends with its warden, and its sandboxes with the service.
    package mutating func own(_ host: SandboxHost) {
        add(background: "warden") { try await host.watchWarden() }
        close = { await host.close() }
    }
}
