package import Contracts
private import Glibc
private import SystemKit

/// The directory in which one fleet keeps everything it has: data, secrets, sockets, logs.
package struct FleetHome: Sendable, Equatable {
    /// Its absolute path.
    package let path: String

    /// A home at an absolute path.
    package init(_ path: String) {
        precondition(path.hasPrefix("/"), "a home has an absolute path")
        self.path = path
    }

    /// Sockets and what only counts while the fleet runs.
    package var run: String { "\(path)/run" }
    /// JSON lines of every service.
    package var logs: String { "\(path)/logs" }
    /// Crash records.
    package var crashes: String { "\(path)/crashes" }
    /// Where `service` keeps its databases.
    package func data(_ service: String) -> String { "\(path)/data/\(service)" }
    /// The secrets, one `NAME=hex` a line, for the owner only.
    package var secrets: String { "\(path)/secrets" }
    /// Locked by the supervisor as long as it lives.
    package var lock: String { "\(path)/supervisor.lock" }
    /// Where the supervisor takes orders.
    package var control: String { "\(socketFolder)/control.sock" }
    /// What `down` needs to know of a supervisor that cannot be asked any more.
    package var state: String { "\(run)/state.json" }
    /// The log of a service.
    package func log(_ service: String) -> String { "\(logs)/\(service).jsonl" }
    /// The Unix socket of a service.
    package func socket(_ service: String) -> String { "\(socketFolder)/\(service).sock" }

    /// Tells this fleet from others in the environment of its processes and the names of its cgroups: 16 hex
    /// digits.
    package var fleetID: String {
        let hash = path.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x0100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Where the sockets are: in `run`, or in a short private folder when their paths would not fit an
    /// address.
    package var socketFolder: String {
        let longestName = "/profiler-control.sock"
        guard run.utf8.count + longestName.utf8.count >= ListeningSocket.pathBytes else { return run }
        return "/tmp/codecollab-\(getuid())-\(fleetID)"
    }

    /// Makes what is missing, for the owner only.
    /// - Throws: `SystemFailure`, or `FleetFault` when somebody else owns the short socket folder.
    package func prepare(services: [String]) throws {
        for folder in [path, run, logs, crashes] + services.map(data) { try Directories.make(folder) }
        try Directories.make(socketFolder)
        var facts = stat()
        try check("lstat") { lstat(socketFolder, &facts) }
        guard facts.st_uid == getuid(), facts.st_mode & S_IFMT == S_IFDIR, facts.st_mode & 0o067 == 0 else {
            throw FleetFault("\(socketFolder) must be a directory that only you can use")
        }
    }
}

/// What a supervisor leaves on disk about itself.
package struct FleetState: WireObject, Equatable {
    /// Its pid.
    package var pid = 0
    /// Its start time in clock ticks since boot, which makes the pid unique.
    package var startTime = 0
    /// Where the gateway listens.
    package var url = ""
    /// All TCP ports of the fleet.
    package var ports: [Int] = []

    /// An empty state.
    package init() {}

    /// The table.
    package static let fields = Fields<FleetState>(
        field("pid", \.pid), field("start_time", \.startTime), field("url", \.url), field("ports", \.ports))
}
