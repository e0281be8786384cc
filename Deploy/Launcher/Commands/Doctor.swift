import ArgumentParser
import Glibc
import Supervision
import SystemKit

/// `codecollab doctor`: what this machine has and lacks, each with what to do.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Check this machine: ports, kernel, disk, executables, clock; exit 1 if the fleet cannot run.",
        usage: "codecollab doctor")

    @OptionGroup var options: FleetOptions

    func run() throws {
        let installation = try Installation(options)
        let plan = try installation.plan()
        let findings =
            executables(plan) + ports(plan, installation) + kernel() + [
                disk(installation.home), memory(), clock(),
            ]
        for finding in findings { Console.say("\(finding.grade.rawValue)  \(finding.text)") }
        if findings.contains(where: { $0.grade == .fault }) { throw ExitCode(1) }
    }

    private func executables(_ plan: FleetPlan) -> [Finding] {
        let missing = plan.fleet.services.map(\.name).filter { access("\(plan.programs)/\($0)", X_OK) != 0 }
        guard missing.isEmpty else {
            return [Finding(.fault, "not built: \(missing.joined(separator: ", ")); run: make build")]
        }
        return [Finding(.fine, "all \(plan.fleet.services.count) services are built in \(plan.programs)")]
    }

    private func ports(_ plan: FleetPlan, _ installation: Installation) -> [Finding] {
        if let state = installation.state, installation.isRunning(state) {
            return [Finding(.fine, "the fleet is running at \(state.url), supervisor pid \(state.pid)")]
        }
        let taken = plan.fleet.services.compactMap { service -> Finding? in
            let port = plan.port(of: service)
            guard let holder = ProcessTable.listener(onPort: port) else { return nil }
            let move = "stop it or set CODECOLLAB_PORT_BASE"
            return Finding(.fault, "port \(port) is held by pid \(holder.pid) (\(holder.command)): \(move)")
        }
        return taken.isEmpty ? [Finding(.fine, "all ports are free")] : taken
    }

    private func kernel() -> [Finding] {
        let controllers = names(in: "/sys/fs/cgroup")
        let version2 = controllers.contains("cgroup.controllers")
        let groups =
            version2
            ? Finding(.fine, "cgroups version 2")
            : controllers.contains("memory")
                ? Finding(.fine, "cgroups version 1")
                : Finding(.warning, "no cgroups: runs are limited by rlimits only")
        let groupsWritable = access("/sys/fs/cgroup", W_OK) == 0
        let filters = readText("/proc/self/status")?.contains("Seccomp:") ?? false
        return [
            groups,
            groupsWritable || controllers.isEmpty
                ? Finding(.fine, "cgroups can be made")
                : Finding(.warning, "cgroups cannot be made by this user: memory is limited by rlimits"),
            Finding(filters ? .fine : .fault, filters ? "seccomp is there" : "the kernel has no seccomp"),
            namespaces(),
        ]
    }

    private func namespaces() -> Finding {
        let limit = readText("/proc/sys/user/max_user_namespaces").flatMap { Int($0.filter(\.isNumber)) } ?? 0
        if geteuid() == 0 { return Finding(.fine, "namespaces can be made (root)") }
        return limit > 0
            ? Finding(.fine, "user namespaces can be made")
            : Finding(.fault, "no user namespaces: sysctl user.max_user_namespaces=10000, or run as root")
    }

    /// How long the disk under the home takes to make a write durable: every acknowledged edit waits for it.
    private func disk(_ home: FleetHome) -> Finding {
        do {
            try Directories.make(home.path)
            let start = monotonicNanoseconds()
            let rounds = 8
            for _ in 0..<rounds { try FileBytes.replace("\(home.path)/doctor", with: Array("doctor\n".utf8)) }
            removeIfPresent("\(home.path)/doctor")
            let each = Int((monotonicNanoseconds() - start) / UInt64(rounds) / 1000)
            let slow = 50_000
            return Finding(each < slow ? .fine : .warning, "a durable write to \(home.path) takes \(each) us")
        } catch {
            return Finding(.fault, "\(home.path) cannot be written: \(error)")
        }
    }

    private func memory() -> Finding {
        let line = readText("/proc/meminfo")?.split(separator: "\n").first { $0.hasPrefix("MemAvailable") }
        let kilobytes = line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
        let enough = 1_000_000
        return Finding(
            kilobytes >= enough ? .fine : .warning, "\(Reading.bytes(kilobytes * 1024)) of memory are free")
    }

    private func clock() -> Finding {
        let year2024: Int64 = 1_704_067_200_000
        let isSet = WallClock.system.now().milliseconds > year2024
        return Finding(
            isSet ? .fine : .fault, isSet ? "the clock is set" : "the clock is wrong: tokens will not work")
    }
}

/// One answer of the doctor.
private struct Finding {
    enum Grade: String {
        case fine = "ok     "
        case warning = "warning"
        case fault = "FAULT  "
    }

    let grade: Grade
    let text: String

    init(_ grade: Grade, _ text: String) {
        self.grade = grade
        self.text = text
    }
}
