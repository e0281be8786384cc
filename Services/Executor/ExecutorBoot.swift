internal import Artifacts
internal import Contracts
internal import Jail
internal import Sandbox
package import ServiceKit
internal import SystemKit
internal import Telemetry

/// Puts the service together from the settings of its process.
package enum ExecutorBoot {
    /// The variables that this service reads.
    package static let variables = [
        ConfigurationVariable.languages, .artifacts,
        ConfigurationVariable(
            name: "CODECOLLAB_EXECUTIONS", fallback: "twice the processors",
            about: "Programs that run at once."),
        ConfigurationVariable(
            name: "CODECOLLAB_WARM", fallback: "4 over all languages, of each what its definition says",
            about: "Interpreters that may wait for a script, as 4,javascript=0; 0 for none."),
    ]

    /// What is made while the process may still do everything.
    package struct Prepared: Sendable {
        let runtimes: RuntimeBook
        let jail: Jail
    }

    /// Makes the sandboxes' ground, and as root gives root up for good.
    /// - Throws: what makes it impossible to serve, in words.
    package static func prepare(_ configuration: inout Configuration) throws -> Prepared {
        let warm = try WarmSettings(configuration)
        let runtimes = RuntimeBook(try Toolchains.load(configuration), warm: warm)
        let mounts = runtimes.toolMounts.map { ReadOnlyMount(source: $0) }
        let sandboxes = SandboxHost.Configuration(mounts: mounts, warm: warm.capacity)
        return Prepared(runtimes: runtimes, jail: try Jail(sandboxes, for: &configuration))
    }

    /// The executor's endpoints and background work.
    /// - Throws: what makes it impossible to serve, in words.
    package static func parts(
        _ surroundings: ServiceSurroundings, _ prepared: Prepared
    ) async throws -> ServiceParts {
        let runtimes = prepared.runtimes
        let width = try surroundings.configuration.integer(
            "CODECOLLAB_EXECUTIONS", in: 1...1024, default: Limits.width)
        let host = try await prepared.jail.open(surroundings)
        let service = try service(surroundings, runtimes, host, width: width)
        let runs = WholeRun(service, compilingBy: surroundings.client)
        let desk = Judge0Desk(runs, clock: surroundings.clock, width: width)
        let piston = PistonDoor(runs)
        surroundings.health.own("executor:runtimes") {
            HealthCheck(runtimes.count == 0 ? .fail : .pass, output: "\(runtimes.count) found")
        }
        surroundings.health.queue("executions:queue", service.lane)
        try Toolchains.learnVersions(surroundings.configuration) { runtimes.learnVersions(rememberedIn: $0) }
        var parts = ServiceParts(routes(service, desk, piston))
        parts.answersOnLoops = true
        parts.add(background: "executions") {
            try await withTaskExecutorPreference(LoopExecutor.first) { try await service.serve() }
        }
        parts.add(background: "submissions") { try await desk.serve() }
        parts.add(background: "talks") { try await piston.serve() }
        parts.own(host)
        return parts
    }

    private static func service(
        _ surroundings: ServiceSurroundings, _ runtimes: RuntimeBook, _ host: SandboxHost, width: Int
    ) throws -> ExecutorService {
        let configuration = surroundings.configuration
        try Directories.make(configuration.dataDirectory)
        return try ExecutorService(
            runtimes: runtimes, artifacts: ArtifactReader(directory: configuration.artifactDirectory),
            host: host, clock: surroundings.clock, logger: surroundings.logger,
            metrics: surroundings.telemetry.metrics,
            directory: configuration.dataDirectory, width: width)
    }

    private static func routes(
        _ service: ExecutorService, _ desk: Judge0Desk, _ piston: PistonDoor
    ) -> Routes {
        var routes = Routes()
        ExecutorRoutes(service).add(to: &routes)
        piston.add(to: &routes)
        Judge0Door(desk).add(to: &routes)
        return routes
    }
}
