internal import Credentials
private import SystemKit

/// Everything that is decided before the first process starts: which fleet, where, on which ports.
package struct FleetPlan: Sendable {
    /// The services and how they are treated.
    package let fleet: FleetDescription
    /// Where the fleet keeps what it has.
    package let home: FleetHome
    /// The root of the installation, with `Deploy/` in it.
    package let root: String
    /// Where the executables of the services are.
    package let programs: String
    /// The port of the gateway, from which the others are counted; nil uses the described ports.
    package let portBase: Int?
    /// Our own environment, of which only what the fleet names is passed on.
    package let ownEnvironment: [String: String]

    /// A plan.
    package init(
        fleet: FleetDescription,
        home: FleetHome,
        root: String,
        programs: String,
        portBase: Int? = nil,
        ownEnvironment: [String: String] = [:]
    ) {
        self.fleet = fleet
        self.home = home
        self.root = root
        self.programs = programs
        self.portBase = portBase
        self.ownEnvironment = ownEnvironment
    }

    /// The TCP port of a service.
    package func port(of service: ServiceDescription) -> Int {
        portBase.map { $0 + service.offset } ?? service.port
    }

    /// Where people find the fleet: its last service is the public door.
    package var url: String { "http://127.0.0.1:\(fleet.services.last.map(port) ?? 0)/" }

    /// The names of all secrets that some service gets.
    package var secretNames: Set<String> {
        let isTalking = fleet.services.contains { !$0.calls.isEmpty }
        return Set(fleet.services.flatMap(\.secrets) + (isTalking ? [IdentityHeader.rootVariable] : []))
    }

    /// Fast rather than full: naming inlined frames takes seconds in programs of this size, and the next life
    /// waits.
    private static let backtrace =
        "enable=yes,color=no,threads=crashed,images=none,registers=none,"
        + "symbolicate=fast,unwind=fast,timeout=5s"

    /// The environment of a service, built from nothing: what all need, what it names, its own secrets.
    package func environment(of service: ServiceDescription, secrets: Secrets) -> [String: String] {
        var variables = [
            "PATH": ownEnvironment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "HOME": ownEnvironment["HOME"] ?? home.path,
            "SWIFT_BACKTRACE": Self.backtrace,
            "CODECOLLAB_HOME": home.path,
            "CODECOLLAB_ROOT": root,
            "CODECOLLAB_SERVICE": service.name,
            "CODECOLLAB_FLEET": home.fleetID,
        ]
        for peer in fleet.services {
            variables["CODECOLLAB_\(peer.name.uppercased())_URL"] = "unix:\(home.socket(peer.name))"
        }
        for name in fleet.passedEnvironment { variables[name] = ownEnvironment[name] ?? variables[name] }
        variables.merge(service.environment.mapValues { filled($0, for: service) }) { $1 }
        variables[IdentityHeader.keysVariable] = identityKeys(of: service, secrets)
        return variables.merging(secrets.variables(service.secrets)) { $1 }
    }

    /// No service gets the key that these come from, with which it could be any other.
    private func identityKeys(of service: ServiceDescription, _ secrets: Secrets) -> String? {
        let callers = fleet.services.filter { $0.calls.contains(service.name) }.map(\.name)
        guard let root = secrets.key(IdentityHeader.rootVariable) else { return nil }
        return IdentityKeys.text(of: service.name, calling: service.calls, calledBy: callers, root: root)
    }

    private func filled(_ text: String, for service: ServiceDescription) -> String {
        [("{home}", home.path), ("{root}", root), ("{data}", home.data(service.name))].reduce(text) {
            text, pair in
            text.split(separator: pair.0, omittingEmptySubsequences: false).joined(separator: pair.1)
        }
    }

    /// How the process of a service is started.
    func request(_ service: ServiceDescription, secrets: Secrets) -> SpawnRequest {
        var request = SpawnRequest(program: "\(programs)/\(service.name)")
        request.environment = environment(of: service, secrets: secrets)
        request.directory = home.data(service.name)
        request.openFiles = service.openFiles
        return request
    }
}
