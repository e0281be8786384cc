import ArgumentParser
import Contracts
import Supervision
import SystemKit

/// `codecollab ps`: a line for each service.
struct Ps: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the services: state, pid, port, restarts, memory.",
        usage: "codecollab ps\ncodecollab ps --json")

    @OptionGroup var options: FleetOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let reply = try Fleet.status(try Installation(options), wantsHealth: true)
        if json { return Console.say(reply.json) }
        var rows = [["SERVICE", "STATE", "PID", "PORT", "UP", "RESTARTS", "MEMORY", "LAST END"]]
        for service in reply.services {
            rows.append([
                service.name, service.state, service.pid.map(String.init) ?? "-", "\(service.port)",
                service.uptimeMilliseconds.map(Reading.duration) ?? "-", "\(service.restarts)",
                service.residentBytes.map(Reading.bytes) ?? "-", service.lastEnd ?? "-",
            ])
        }
        Console.table(rows)
        for service in reply.services { service.reason.map { Console.tell("\(service.name): \($0)") } }
    }
}

/// `codecollab status`: one line, and an exit code for scripts.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Say whether the fleet is well; exit 0 if so, 1 if a service is away, 2 if one lacks something, "
            + "3 without a fleet.",
        usage: """
            codecollab status
            codecollab status || mail -s "CodeCollab is unwell" ada@example.org
            """)

    @OptionGroup var options: FleetOptions

    func run() throws {
        let installation = try Installation(options)
        let request = ControlRequest(.status, wantsHealth: true)
        guard let reply = try ControlClient.ask(request, at: installation.home.control) else {
            Console.say("no fleet is running; start it with: make up")
            throw ExitCode(3)
        }
        let unwell = reply.services.filter { $0.state != "ready" }
        guard !unwell.isEmpty else {
            return Console.say("all \(reply.services.count) services are ready at \(reply.url)")
        }
        for service in unwell {
            Console.say("\(service.name) is \(service.state)\(service.reason.map { ": \($0)" } ?? "")")
        }
        throw ExitCode(unwell.allSatisfy { $0.state == Supervision.ServiceStatus.degraded } ? 2 : 1)
    }
}

/// `codecollab restart NAME`: a new process on the same sockets.
struct Restart: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Restart a service: it drains, a new process takes over its sockets, no connection is refused.",
        usage: "codecollab restart session")

    @OptionGroup var options: FleetOptions
    @Argument(help: "Its name.") var service: String

    func run() throws {
        let installation = try Installation(options)
        let request = ControlRequest(.restart, service: service)
        guard try ControlClient.ask(request, at: installation.home.control) != nil else { throw Fleet.isDown }
        Console.tell("\(service) is ready again")
    }
}

/// What commands ask of a running fleet.
enum Fleet {
    static let isDown = FleetFault("no fleet is running; start it with: make up")

    static func status(_ installation: Installation, wantsHealth: Bool = false) throws -> ControlReply {
        let request = ControlRequest(.status, wantsHealth: wantsHealth)
        guard let reply = try ControlClient.ask(request, at: installation.home.control) else { throw isDown }
        return reply
    }
}

extension Supervision.ServiceStatus {
    /// A service that serves and lacks something.
    static let degraded = "degraded"

    /// Where it stands, in a word: its phase, and while it is ready how it says that it is.
    var state: String {
        switch health {
        case .warn: Self.degraded
        case .fail: "unready"
        case .pass, nil: phase
        }
    }
}
