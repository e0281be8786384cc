package import Contracts
internal import Credentials
private import Glibc
internal import Logging
private import NIOCore
internal import SystemKit
internal import Telemetry

/// The one way in which all eight services start and stop.
///
/// ```swift
/// @main struct Session {
///     static func main() async { await ServiceMain.run(.session) { try await SessionService.build($0) } }
/// }
/// ```
package enum ServiceMain {
    /// Reads flags and environment, builds the service, serves until SIGTERM, and ends the process.
    ///
    /// `loops` is the number of its event loops, as many as processors unless told: one keeps everything that
    /// belongs to a request on one thread. Exit codes: 0 after an orderly end, 1 when not ready
    /// (`--healthcheck`), 64 for flags, 70 when the service failed, 78 for settings (sysexits.h).
    @concurrent
    package static func run(
        _ service: ServiceName, loops: Int? = nil,
        build: @escaping @Sendable (ServiceSurroundings) async throws -> ServiceParts
    ) async -> Never {
        let configuration = Configuration(
            service: service, environment: Configuration.processEnvironment())
        await run(service, configuration: configuration, loops: loops, build: build)
    }

    @concurrent
    static func run(
        _ service: ServiceName, configuration: Configuration, loops: Int?,
        build: @escaping @Sendable (ServiceSurroundings) async throws -> ServiceParts
    ) async -> Never {
        if let loops { NIOSingletons.groupLoopCountSuggestion = loops }
        do throws(ServiceFlags.Fault) {
            let flags = try ServiceFlags(CommandLine.arguments.dropFirst())
            exit(await run(flags, configuration, build))
        } catch {
            complain("\(service.rawValue): \(error.detail)")
            exit(64)
        }
    }

    private static func run(
        _ flags: ServiceFlags, _ configuration: Configuration,
        _ build: @escaping @Sendable (ServiceSurroundings) async throws -> ServiceParts
    ) async -> CInt {
        switch flags.mode {
        case .help: say(ServiceFlags.help(of: configuration.service))
        case .version: say("\(configuration.service.rawValue) \(Release.version)")
        case .healthcheck: return await Healthcheck.run(flags, configuration)
        case .serve: return await serve(flags, configuration, build)
        }
        return 0
    }

    private static func serve(
        _ flags: ServiceFlags, _ configuration: Configuration,
        _ build: @escaping @Sendable (ServiceSurroundings) async throws -> ServiceParts
    ) async -> CInt {
        let name = configuration.service.rawValue
        do {
            let process = try ServiceProcess(flags, configuration)
            return await process.run(build)
        } catch let fault as ConfigurationFault {
            complain("\(name): \(fault)")
            return 78
        } catch let fault as TelemetryFault {
            complain("\(name): \(fault)")
            return 78
        } catch {
            complain("\(name): \(error)")
            return 70
        }
    }

    private static func say(_ text: String) {
        ignoring("nobody reads it any more") { try FD(owning: dup(1)).write(Array("\(text)\n".utf8)) }
    }

    static func complain(_ text: String) {
        ignoring("nobody reads it any more") { try FD(owning: dup(2)).write(Array("\(text)\n".utf8)) }
    }
}
