internal import Contracts
internal import Glibc
internal import Logging
internal import SystemKit
internal import Telemetry

/// One service in a process of its own: telemetry, watchdog, signals, server.
struct ServiceProcess: Sendable {
    private let surroundings: ServiceSurroundings
    private let addresses: [ListenAddress]
    private let drain: Duration
    private let watchdog = Watchdog()

    /// - Throws: `ConfigurationFault`, `TelemetryFault`, `SystemFailure`.
    init(_ addresses: [ListenAddress], _ configuration: Configuration) throws {
        // A peer that goes away while we write is an error of that write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        Self.raiseDescriptorLimit()
        let seconds = try configuration.integer(
            "CODECOLLAB_DRAIN_SECONDS", in: 0...3600, default: Int(Limits.drainSeconds))
        drain = .seconds(seconds)
        self.addresses = addresses
        var telemetry = try TelemetryConfiguration(environment: configuration.environment)
        telemetry.version = Release.version
        surroundings = try ServiceSurroundings(
            configuration,
            telemetry: try .bootstrap(service: configuration.service.rawValue, configuration: telemetry))
    }

    /// As many descriptors as the machine allows: shells start with a thousand, editors are many more.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        // A refusal leaves the limit as it was, which is what a service without the right has to live with.
        setrlimit(kind, &limit)
    }

    /// Builds, serves until a signal or a failure, closes.
    /// - Returns: the exit code.
    func run(_ build: @escaping @Sendable (ServiceSurroundings) async throws -> ServiceParts) async -> CInt {
        let logger = surroundings.logger
        defer { surroundings.telemetry.shutdown() }
        do {
            try watchdog.start()
            let host = ServiceHost(surroundings, try await build(surroundings))
            _ = try await host.listen(on: addresses)
            try await serve(host)
            await host.close()
            logger.info("stopped")
            return 0
        } catch let fault as ConfigurationFault {
            ServiceMain.complain("\(surroundings.service.rawValue): \(fault)")
            return 78
        } catch {
            logger.critical("the service failed", metadata: ["error": "\(error)"])
            return 70
        }
    }

    /// Whatever ends first ends the rest: the signal normally, the work beside the server only by failing.
    private func serve(_ host: ServiceHost) async throws {
        let watchdog = watchdog
        let exporter = surroundings.telemetry.exporter
        let drain = drain
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await watchdog.beat() }
            group.addTask { try await TraceSending.run(exporter) }
            group.addTask { try await host.runBackground() }
            group.addTask {
                try await TerminationSignal.wait()
                await host.drain(within: drain)
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
