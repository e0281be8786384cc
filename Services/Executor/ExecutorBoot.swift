internal import Artifacts
internal import Contracts
private import Glibc
private import Languages
internal import Logging
internal import Sandbox
package import ServiceKit
internal import SystemKit
internal import Telemetry

/// Puts the service together from the settings of its process.
///
/// `CODECOLLAB_LANGUAGES`: directory of language definitions, found beside the executable without it.
/// `CODECOLLAB_ARTIFACTS`: directory of artifacts, the compiler's too; `$CODECOLLAB_HOME/data/artifacts`
/// without it.
/// `CODECOLLAB_EXECUTIONS`: programs that run at once, twice the processors without it.
/// `CODECOLLAB_WARM`: interpreters that may wait for a script, as `4,javascript=0`; without it 4 over all
/// languages and as many of each as its definition says; 0 for none.
package enum ExecutorBoot {
    /// What is made while the process may still do everything.
    package struct Prepared: Sendable {
        let runtimes: RuntimeBook
        let ground: SandboxGround
    }

    /// Makes the sandboxes' ground, and as root gives root up for good.
    /// - Throws: what makes it impossible to serve, in words.
    package static func prepare(_ configuration: inout Configuration) throws -> Prepared {
        let directory = try LanguageRegistry.standardDirectory(
            configured: configuration.text("CODECOLLAB_LANGUAGES"))
        let warm = try WarmSettings(configuration)
        let runtimes = RuntimeBook(try LanguageRegistry.load(directory: directory), warm: warm)
        let mounts = runtimes.toolMounts.map { ReadOnlyMount(source: $0) }
        let identity = try ServiceIdentity(configuration)
        let ground = try SandboxGround(
            SandboxHost.Configuration(mounts: mounts, warm: warm.capacity), for: identity?.user ?? .current)
        if let identity, ground.canLeavePrivileges {
            configuration = try identity.settled([configuration.dataDirectory])
            try ground.leavePrivileges()
        }
        return Prepared(runtimes: runtimes, ground: ground)
    }

    /// The executor's endpoints and background work.
    /// - Throws: what makes it impossible to serve, in words.
    package static func parts(
        _ surroundings: ServiceSurroundings, _ prepared: Prepared
    ) async throws -> ServiceParts {
        let configuration = surroundings.configuration
        let runtimes = prepared.runtimes
        let width = try configuration.integer("CODECOLLAB_EXECUTIONS", in: 1...1024, default: Limits.width)
        let host = try await SandboxHost(on: prepared.ground)
        for warning in host.capabilities.warnings {
            surroundings.logger.warning("sandbox", metadata: ["warning": "\(warning)"])
        }
        let service = try ExecutorService(
            runtimes: runtimes, artifacts: ArtifactReader(directory: configuration.artifactDirectory),
            host: host,
            clock: surroundings.clock, logger: surroundings.logger,
            metrics: surroundings.telemetry.metrics,
            directory: try dataDirectory(configuration), width: width)
        var routes = Routes()
        ExecutorRoutes(service).add(to: &routes)
        let runs = WholeRun(service, compilingBy: surroundings.client)
        let desk = Judge0Desk(runs, clock: surroundings.clock, width: width)
        let piston = PistonDoor(runs)
        piston.add(to: &routes)
        Judge0Door(desk).add(to: &routes)
        surroundings.health.own("executor:runtimes") {
            HealthCheck(runtimes.count == 0 ? .fail : .pass, output: "\(runtimes.count) found")
        }
        let versions = "\(configuration.dataDirectory)/tool-versions.json"
        _ = try DedicatedThread(named: "tool-versions") { runtimes.learnVersions(rememberedIn: versions) }
        var parts = ServiceParts(routes)
        parts.answersOnLoops = true
        parts.add(background: "executions") {
            try await withTaskExecutorPreference(LoopExecutor.first) { try await service.serve() }
        }
        parts.add(background: "warden") { try await host.watchWarden() }
        parts.add(background: "submissions") { try await desk.serve() }
        parts.add(background: "talks") { try await piston.serve() }
        parts.close = { await host.close() }
        return parts
    }

    private static func dataDirectory(_ configuration: Configuration) throws(SystemFailure) -> String {
        let directory = configuration.dataDirectory
        for path in [configuration.home, "\(configuration.home)/data", directory] {
            do {
                try check("mkdir") { mkdir(path, 0o700) }
            } catch  where error.errno == EEXIST {
                continue
            }
        }
        return directory
    }
}
