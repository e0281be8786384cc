internal import Contracts
internal import Credentials
private import Glibc
internal import Logging
package import ServiceKit
internal import Storage
internal import SystemKit

/// Puts the service together from the settings of its process.
///
/// Until there is an administrator, `bootstrap-token` in the data directory makes one.
package enum AuthBoot {
    /// The variables that this service reads.
    package static let variables = [
        ConfigurationVariable(
            name: "CODECOLLAB_GUESTS", fallback: "on while the install listens on loopback",
            about: "Whether guests may join."),
        ConfigurationVariable(
            name: "CODECOLLAB_ISSUER", fallback: "codecollab",
            about: "Who issues access tokens; the gateway must be told the same."),
    ]

    /// The auth service's endpoints and background work.
    /// - Throws: `ConfigurationFault`, `SystemFailure`, the store's errors.
    package static func parts(_ surroundings: ServiceSurroundings) async throws -> ServiceParts {
        let configuration = surroundings.configuration
        let directory = configuration.dataDirectory
        try Directories.make(directory)
        let store = try Store.open(
            "\(directory)/auth.sqlite",
            name: "auth",
            migrations: AuthService.migrations
        )
        let lane = try PasswordLane()
        let keys = try KeyRing(path: "\(directory)/keys.json", now: surroundings.clock.now())
        let settings = try await settings(configuration, directory, store, surroundings.logger)
        let service = try await AuthService(
            store: store,
            lane: lane,
            keys: keys,
            settings: settings,
            clock: surroundings.clock
        )
        var routes = Routes()
        AuthRoutes(service).add(to: &routes)
        surroundings.health.store("auth:store") { _ = try await store.probe() }
        var parts = ServiceParts(routes)
        parts.add(background: "tidying") { try await tidy(service, surroundings.logger) }
        parts.close = {
            lane.close()
            ignoring("the process ends; the journal has committed", logger: surroundings.logger) {
                try store.close()
            }
        }
        return parts
    }

    private static func tidy(_ service: AuthService, _ logger: Logger) async throws {
        while true {
            try await Task.sleep(for: Limits.tidying)
            await ignoring("the next round does it", logger: logger) { try await service.tidy() }
        }
    }

    private static func settings(
        _ configuration: Configuration,
        _ directory: String,
        _ store: Store,
        _ logger: Logger
    ) async throws -> AuthService.Settings {
        var settings = AuthService.Settings()
        let host = configuration.text("CODECOLLAB_HOST") ?? "127.0.0.1"
        let isLocal = host == "localhost" || host == "::1" || host.hasPrefix("127.")
        settings.allowsGuests = try configuration.flag("CODECOLLAB_GUESTS", default: isLocal)
        if let issuer = configuration.text("CODECOLLAB_ISSUER") {
            settings.realm = TokenRealm(issuer: issuer, audience: settings.realm.audience)
        }
        let path = "\(directory)/bootstrap-token"
        if try await AuthService.hasAdministrator(store) {
            unlink(path)
        } else {
            settings.bootstrapToken = try bootstrapToken(path)
            logger.notice(
                "no administrator yet: register with the bootstrap token",
                metadata: ["file": "\(ServiceIdentity.shown(path))"]
            )
        }
        return settings
    }

    /// A fresh one at every start, so that an old copy of the file is worth nothing.
    private static func bootstrapToken(_ path: String) throws(SystemFailure) -> Secret {
        let text = Array(Base64URL.encode(Secret.random().bytes).utf8)
        try FileBytes.replace(path, with: text + [UInt8(ascii: "\n")])
        return Secret(text)
    }
}
