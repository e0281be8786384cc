import ArgumentParser
import Contracts
import Glibc
import Supervision
import SystemKit

/// `codecollab down`: stops the fleet in order, also when its supervisor was killed, and leaves nothing
/// behind.
struct Down: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop the fleet: requests in flight are answered, then nothing is left running.",
        usage: "codecollab down")

    @OptionGroup var options: FleetOptions

    func run() throws {
        let installation = try Installation(options)
        let home = installation.home
        let state = installation.state
        let reply: ControlReply? =
            ignoring("a supervisor that hangs is killed below") {
                try ControlClient.ask(ControlRequest(.down), at: home.control, untilEnd: true)
            } ?? nil
        if let state { waitForEnd(of: state, installation) }
        let leftovers = Leftovers(home: home, ports: state?.ports ?? [])
        try leftovers.sweep()
        Console.tell(reply != nil ? "the fleet has stopped" : "no fleet is running")
    }

    /// The supervisor hangs up just before it ends.
    private func waitForEnd(of state: FleetState, _ installation: Installation) {
        let pause: UInt32 = 5_000
        for _ in 0..<400 where installation.isRunning(state) { usleep(pause) }
        if installation.isRunning(state) { kill(CInt(state.pid), SIGKILL) }
    }
}

/// What a fleet whose supervisor was killed may leave behind.
struct Leftovers {
    let home: FleetHome
    let ports: [Int]

    /// Ends processes of this fleet, removes its sockets and state, and makes sure that its ports are free.
    /// - Throws: `FleetFault` naming what could not be removed.
    func sweep() throws {
        try endProcesses()
        StaleCgroups.sweep()
        for folder in Set([home.run, home.socketFolder]) {
            for name in names(in: folder) { removeIfPresent("\(folder)/\(name)") }
        }
        if home.socketFolder != home.run { rmdir(home.socketFolder) }
        removeIfPresent("\(home.path)/supervisor.out")
        for port in ports {
            guard let holder = ProcessTable.listener(onPort: port) else { continue }
            throw FleetFault("port \(port) is still held by pid \(holder.pid) (\(holder.command))")
        }
    }

    /// Services die with their supervisor; what is found here was slower than us, or a stray.
    private func endProcesses() throws {
        let entry = "CODECOLLAB_FLEET=\(home.fleetID)"
        let pause: UInt32 = 10_000
        for _ in 0..<200 {
            let strays = ProcessTable.processes(withEnvironment: entry)
            if strays.isEmpty { return }
            for pid in strays { kill(pid, SIGKILL) }
            usleep(pause)
        }
        throw FleetFault(
            "processes of this fleet do not end: \(ProcessTable.processes(withEnvironment: entry))")
    }
}
