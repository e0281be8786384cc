package import Contracts
private import Glibc
private import NIOCore
internal import SystemKit
internal import Telemetry

/// The one way in which all eight services start and stop.
///
/// ```swift
/// @main struct Session {
///     static func main() { ServiceMain.run(.session) { try await SessionService.build($0) } }
/// }
/// ```
package enum ServiceMain {
    /// Reads flags and environment, builds the service, serves until SIGTERM, and ends the process. Started
    /// as root it is somebody else before it opens or reads anything of a client, see `ServiceIdentity`.
    ///
    /// `loops` is the number of its event loops, as many as processors unless told: one keeps everything that
    /// belongs to a request on one thread. `variables` are those of `--help` that only it reads. Exit codes:
    /// 0 after an orderly end, 1 when not ready (`--healthcheck`), 64 for flags, 70 when the service failed,
    /// 78 for settings (sysexits.h).
    package static func run(
        _ service: ServiceName, loops: Int? = nil, variables: [ConfigurationVariable] = [],
        build: @escaping @Sendable (ServiceSurroundings) async throws -> ServiceParts
    ) -> Never {
        run(service, loops: loops, variables: variables, prepare: ServiceIdentity.leaveRoot) {
            surroundings, _ in
            try await build(surroundings)
        }
    }

    /// The same for a service that needs root to get ready: `prepare` is called first, while the process has
    /// one thread still; it gives root up itself, and may change the settings that the rest sees.
    package static func run<Prepared: Sendable>(
        _ service: ServiceName, loops: Int? = nil, variables: [ConfigurationVariable] = [],
        prepare: (inout Configuration) throws -> Prepared,
        build: @escaping @Sendable (ServiceSurroundings, Prepared) async throws -> ServiceParts
    ) -> Never {
        var configuration = Configuration(service: service, environment: Configuration.processEnvironment())
        orExit(service) {
            let flags = try ServiceFlags(CommandLine.arguments.dropFirst())
            guard flags.mode == .serve else { answer(flags, configuration, variables) }
            let addresses = try OwnSockets.addresses(flags, configuration)
            let prepared = try prepare(&configuration)
            if let loops { NIOSingletons.groupLoopCountSuggestion = loops }
            let process = try ServiceProcess(addresses, configuration)
            end { await process.run { try await build($0, prepared) } }
        }
    }

    /// Ends the process with the code of `life`. A main that waits for a task itself has several threads from
    /// the start, and each of them rights.
    private static func end(with life: @escaping @Sendable () async -> CInt) -> Never {
        Task { exit(await life()) }
        while true { pause() }
    }

    private static func answer(
        _ flags: ServiceFlags, _ configuration: Configuration, _ variables: [ConfigurationVariable]
    ) -> Never {
        let name = configuration.service.rawValue
        switch flags.mode {
        case .help: say(ServiceFlags.help(of: configuration.service, variables))
        case .version: say("\(name) \(Release.version)")
        case .healthcheck, .serve:
            end { await Healthcheck.run(flags, configuration) }
        }
        exit(0)
    }

    private static func orExit(_ service: ServiceName, _ body: () throws -> Never) -> Never {
        let (code, detail): (CInt, String)
        do {
            try body()
        } catch let fault as ServiceFlags.Fault {
            (code, detail) = (64, fault.detail)
        } catch let fault as ConfigurationFault {
            (code, detail) = (78, "\(fault)")
        } catch let fault as TelemetryFault {
            (code, detail) = (78, "\(fault)")
        } catch {
            (code, detail) = (70, "\(error)")
        }
        complain("\(service.rawValue): \(detail)")
        exit(code)
    }

    private static func say(_ text: String) {
        ignoring("nobody reads it any more") { try FD(owning: dup(1)).write(Array("\(text)\n".utf8)) }
    }

    static func complain(_ text: String) {
        ignoring("nobody reads it any more") { try FD(owning: dup(2)).write(Array("\(text)\n".utf8)) }
    }
}
