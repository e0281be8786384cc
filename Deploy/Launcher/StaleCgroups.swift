import Glibc
import Supervision

/// Cgroups of sandboxes whose service is gone: `codecollab-<pid>-<start time>-...`, in whatever place the
/// machine has.
enum StaleCgroups {
    private static let prefix = "codecollab-"
    private static let mount = "/sys/fs/cgroup"

    /// Ends what still runs in them and removes them; those of living services stay.
    static func sweep() {
        for place in places {
            for name in names(in: place) where name.hasPrefix(prefix) && isStale(name) {
                remove("\(place)/\(name)")
            }
        }
    }

    /// Every hierarchy's root and our own place in it: services are started in ours.
    private static var places: Set<String> {
        var places: Set<String> = [mount]
        for line in (readText("/proc/self/cgroup") ?? "").split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let own = parts[2] == "/" ? "" : String(parts[2])
            let names = parts[1].split(separator: ",").map { $0.hasPrefix("name=") ? $0.dropFirst(5) : $0 }
            for hierarchy in names.isEmpty ? ["", "/unified"] : names.map({ "/\($0)" }) {
                places.insert(mount + hierarchy)
                places.insert(mount + hierarchy + own)
            }
        }
        return places
    }

    private static func isStale(_ name: String) -> Bool {
        let parts = name.dropFirst(prefix.count).split(separator: "-")
        guard parts.count >= 2, let pid = CInt(parts[0]), let startTime = UInt64(parts[1]) else {
            return false
        }
        return !ProcessTable.isAlive(pid, startTime: startTime)
    }

    /// The kernel needs a moment until the last process of a cgroup is really gone.
    private static func remove(_ path: String) {
        let pause: UInt32 = 5_000
        for _ in 0..<100 where rmdir(path) == -1 && errno == EBUSY {
            for pid in (readText("\(path)/cgroup.procs") ?? "").split(separator: "\n").compactMap({ CInt($0) }
            ) {
                kill(pid, SIGKILL)
            }
            usleep(pause)
        }
    }
}
