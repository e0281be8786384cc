import ArgumentParser
import Contracts
import Glibc
import Supervision
import SystemKit

/// `codecollab supervise`: the process that owns the sockets and the services. `up` starts it.
struct Supervise: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Be the supervisor (started by up).", shouldDisplay: false)

    @OptionGroup var options: FleetOptions
    @Option(help: "Descriptor for news.") var news: Int32?

    func run() throws {
        try Self.supervise(try Installation(options), news: news, echoesLogs: false)
    }

    /// Stays until the fleet has ended. `news` is an open descriptor for progress lines.
    static func supervise(_ installation: Installation, news: CInt?, echoesLogs: Bool) throws {
        signal(SIGPIPE, SIG_IGN)
        umask(0o077)
        if let news { try check("fcntl") { fcntl(news, F_SETFD, FD_CLOEXEC) } }
        let tell: (FleetProgress) -> Void = { progress in
            guard let news else { return Console.tell(progress.json) }
            Console.write(progress.encode() + [UInt8(ascii: "\n")], to: news)
        }
        do {
            try start(installation, tell: tell, echo: echoesLogs ? { LogPrinter().show($0) } : nil)
        } catch {
            tell(FleetProgress(.refused, detail: "\(error)"))
            throw error
        }
    }

    private static func start(
        _ installation: Installation,
        tell: @escaping (FleetProgress) -> Void,
        echo: (([UInt8]) -> Void)?
    ) throws {
        let plan = try installation.plan()
        let home = installation.home
        try Directories.make(home.path)
        let lock = try lock(home)
        try home.prepare(services: plan.fleet.services.map(\.name))
        let supervisor = try FleetSupervisor(plan, echo: echo, report: tell)
        let control = try ControlServer(path: home.control)
        try FileBytes.replace(home.state, with: state(of: plan).encode())
        try supervisor.run(control: control)
        removeIfPresent(home.state)
        if home.socketFolder != home.run { rmdir(home.socketFolder) }
        try lock.close()
    }

    private static func lock(_ home: FleetHome) throws -> FD {
        let lock = FD(owning: try check("open") { open(home.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) })
        guard flock(lock.number, LOCK_EX | LOCK_NB) == 0 else {
            throw FleetFault("another supervisor uses \(home.path): codecollab ps shows its services")
        }
        return lock
    }

    private static func state(of plan: FleetPlan) -> FleetState {
        var state = FleetState()
        state.pid = Int(getpid())
        state.startTime = Int(ProcessTable.startTime(of: getpid()) ?? 0)
        state.url = plan.url
        state.ports = plan.fleet.services.map(plan.port)
        return state
    }
}
