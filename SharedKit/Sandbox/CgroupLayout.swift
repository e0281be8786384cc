internal import Glibc
internal import SystemKit

/// Where this machine keeps the cgroup controllers that limits need.
struct CgroupLayout: Sendable {
    /// A controller, and the directory our own process is in.
    struct Place: Sendable, Hashable {
        let controller: Controller
        let directory: String
    }

    enum Controller: String, Sendable, CaseIterable {
        case memory, pids, cpuacct, cpu, unified

        /// The files that every run's end is read from.
        var figures: [String] {
            switch self {
            case .memory: ["memory.max_usage_in_bytes", "memory.oom_control"]
            case .pids: ["pids.peak", "pids.events"]
            case .cpuacct: ["cpuacct.usage"]
            case .cpu: []
            case .unified: ["cpu.stat", "memory.peak", "memory.events", "pids.peak", "pids.events"]
            }
        }
    }

    enum Kind: String, Sendable {
        case v2 = "cgroup v2", v1 = "cgroup v1", hybrid = "cgroup hybrid", none = "rlimit"
    }

    let kind: Kind
    let places: [Place]

    /// Reads the layout out of `/proc/self/mountinfo` and `/proc/self/cgroup`.
    init(mountinfo: String, membership: String) {
        let own = Self.paths(membership)
        var places: [Place] = []
        var unified: Place?
        for line in mountinfo.split(separator: "\n") {
            guard let mount = Self.mount(line) else { continue }
            if mount.type == "cgroup2", unified == nil, let path = own[""] {
                unified = Place(controller: .unified, directory: Self.join(mount, Self.aboveLeaf(path)))
            }
            if mount.type == "cgroup" { places += Self.controllers(mount, own) }
        }
        if places.isEmpty, let unified {
            (kind, self.places) = (.v2, [unified])
        } else {
            kind = places.isEmpty ? .none : unified == nil ? .v1 : .hybrid
            self.places = places
        }
    }

    /// Where version 2 keeps the processes of a cgroup that has children with controllers.
    static let leaf = "codecollab-processes"

    private static func aboveLeaf(_ path: Substring) -> Substring {
        path.hasSuffix("/\(leaf)") ? path.dropLast(leaf.utf8.count + 1) : path
    }

    private struct Mount {
        let root: Substring
        let point: Substring
        let type: Substring
        let options: [Substring]
    }

    /// proc(5): id parent major:minor ROOT POINT options... - TYPE source SUPEROPTIONS.
    private static func mount(_ line: Substring) -> Mount? {
        let fields = line.split(separator: " ")
        guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 3, dash > 4 else { return nil }
        return Mount(
            root: fields[3], point: fields[4], type: fields[dash + 1],
            options: fields[dash + 3].split(separator: ","))
    }

    private static func controllers(_ mount: Mount, _ own: [Substring: Substring]) -> [Place] {
        Controller.allCases.compactMap { controller in
            let name = Substring(controller.rawValue)
            guard mount.options.contains(name), let path = own[name] else { return nil }
            // Often both are one hierarchy, and then one directory does.
            if controller == .cpu && mount.options.contains("cpuacct") { return nil }
            return Place(controller: controller, directory: join(mount, path))
        }
    }

    /// cgroups(7): hierarchy:controllers:path, one a line; version 2 has no controllers.
    private static func paths(_ membership: String) -> [Substring: Substring] {
        var paths: [Substring: Substring] = [:]
        for line in membership.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            for name in parts[1].isEmpty ? [""] : parts[1].split(separator: ",") { paths[name] = parts[2] }
        }
        return paths
    }

    /// The membership path is relative to the hierarchy's root, the mount may show only a part of it.
    private static func join(_ mount: Mount, _ path: Substring) -> String {
        let below = mount.root != "/" && path.hasPrefix(mount.root) ? path.dropFirst(mount.root.count) : path
        return below == "/" || below.isEmpty ? String(mount.point) : "\(mount.point)\(below)"
    }
}
