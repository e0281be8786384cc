import ArgumentParser
import Contracts
import Glibc
import ServiceKit
import Supervision
import SystemKit

/// Where things are: the installation that this program belongs to and the home of the fleet it is to use.
struct Installation {
    /// The directory with `Deploy/fleet.json` in it.
    let root: String
    /// Where the executables are: beside this one.
    let programs: String
    let home: FleetHome
    let environment: [String: String]
    let portBase: Int?

    /// - Throws: `FleetFault` saying which file or variable is wrong.
    init(_ options: FleetOptions) throws {
        environment = Configuration.processEnvironment()
        guard let program = readLink("/proc/self/exe") else { throw FleetFault("/proc is not mounted") }
        programs = Self.folder(of: program)
        root = try Self.root(above: programs, named: environment["CODECOLLAB_ROOT"])
        let home = options.home ?? environment["CODECOLLAB_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        self.home = FleetHome(Self.absolute(home ?? "\(root)/.codecollab"))
        portBase = try Self.portBase(options.portBase, environment["CODECOLLAB_PORT_BASE"])
    }

    /// The fleet as `Deploy/fleet.json` describes it, in its home.
    func plan() throws -> FleetPlan {
        let path = "\(root)/Deploy/fleet.json"
        guard let bytes = readBytes(path) else { throw FleetFault("\(path) cannot be read") }
        return FleetPlan(
            fleet: try FleetDescription.parse(bytes), home: home, root: root, programs: programs,
            portBase: portBase,
            ownEnvironment: environment)
    }

    /// What the supervisor has left about itself, or nil when it ended properly or never ran.
    var state: FleetState? {
        guard let bytes = readBytes(home.state) else { return nil }
        return ignoring("a state that cannot be read says nothing") { try FleetState.decode(bytes) }
    }

    /// Whether the supervisor of `state` still runs.
    func isRunning(_ state: FleetState) -> Bool {
        ProcessTable.isAlive(CInt(state.pid), startTime: UInt64(state.startTime))
    }

    private static func root(above folder: String, named explicit: String?) throws -> String {
        if let explicit, !explicit.isEmpty { return absolute(explicit) }
        var candidate = folder
        while !candidate.isEmpty {
            if access("\(candidate)/Deploy/fleet.json", R_OK) == 0 { return candidate }
            candidate = self.folder(of: candidate)
        }
        throw FleetFault("no Deploy/fleet.json above \(folder): set CODECOLLAB_ROOT to the installation")
    }

    private static func portBase(_ option: Int?, _ variable: String?) throws -> Int? {
        guard let text = option.map(String.init) ?? variable, !text.isEmpty else { return nil }
        let highestOffset = 99
        guard let base = Int(text), (1...65_535 - highestOffset).contains(base) else {
            throw FleetFault(
                "CODECOLLAB_PORT_BASE: expected a port from 1 to \(65_535 - highestOffset), not \(text)")
        }
        return base
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        return "\(readLink("/proc/self/cwd") ?? "")/\(path)"
    }
}

/// What every command takes.
struct FleetOptions: ParsableArguments {
    @Option(help: "Directory of the fleet's data, secrets, sockets and logs (CODECOLLAB_HOME).")
    var home: String?

    @Option(help: "Port of the gateway; the others follow it (CODECOLLAB_PORT_BASE).")
    var portBase: Int?
}
