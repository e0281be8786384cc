import Glibc
import SystemKit

/// What this process and its sandboxes hold of the machine.
struct Footprint {
    let processes: Int
    let mounts: Int
    let cgroups: Int
    let descriptors: Int
    /// What cells keep for the next run, networks and cgroups: as many as there ever were runs at once.
    let kept: Int
    let names: [String]
    /// Memory of files in memory, of the whole machine; not compared exactly, others use it too.
    let sharedBytes: Int

    /// Whether nothing is here that was not there.
    func isWithin(_ before: Self) -> Bool {
        processes <= before.processes && mounts <= before.mounts && cgroups <= before.cgroups
            && descriptors <= before.descriptors
    }

    init() {
        // The block of user numbers that this process gives its sandboxes.
        let firstUser = 1_000_000 + uid_t(getpid()) % 65_536 * 1024
        let ownUsers = firstUser..<firstUser + 1024
        let pids = Self.names("/proc").filter { Int($0) != nil }
        processes =
            pids.filter { pid in
                var status = stat()
                return stat("/proc/\(pid)", &status) == 0 && ownUsers.contains(status.st_uid)
                    && !Self.isParked(pid)
            }.count
        mounts = Self.lines("/proc/self/mountinfo")
        cgroups = Self.lines("/proc/self/cgroup") < 0 ? 0 : Self.cgroups(below: "/sys/fs/cgroup", depth: 4)
        names = Self.names("/proc/self/fd").map { fd in
            var buffer = [CChar](repeating: 0, count: 256)
            let count = readlink("/proc/self/fd/\(fd)", &buffer, 255)
            return "\(fd) "
                + String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        kept = names.count { $0.contains(" net:[") || $0.contains("-seat") }
        descriptors = names.count - kept
        sharedBytes = Self.shared()
    }

    /// What is here when nothing goes away any more: what former tests closed needs a moment to be gone.
    static func calm() async throws -> Footprint {
        var last = Footprint()
        for _ in 0..<200 {
            try await Task.sleep(for: .milliseconds(20))
            let now = Footprint()
            if last.isWithin(now) && now.isWithin(last) { break }
            last = now
        }
        return last
    }

    /// Waits until nothing is left that was not there before; returns what still is.
    static func settled(after before: Footprint) async throws -> Footprint {
        try await Hosts.rest()
        try await Hosts.rest()
        var now = Footprint()
        for _ in 0..<200 where !now.isWithin(before) || now.sharedBytes >= before.sharedBytes + sharedRoom {
            try await Task.sleep(for: .milliseconds(25))
            now = Footprint()
        }
        return now
    }

    /// A network, two cgroups, and what is read in them.
    static let keptByCell = 6

    /// How much others may write into memory meanwhile.
    static let sharedRoom = 64 << 20

    /// What is here and was not there.
    func beyond(_ before: Footprint) -> String {
        "\(processes - before.processes) processes, \(mounts - before.mounts) mounts,"
            + " \(cgroups - before.cgroups) cgroups, \(Set(names).subtracting(before.names)) for"
            + " \(Set(before.names).subtracting(names))"
    }

    /// A sandbox that waits for a program is what we are.
    private static func isParked(_ pid: String) -> Bool {
        var (own, other) = (stat(), stat())
        return stat("/proc/self/exe", &own) == 0 && stat("/proc/\(pid)/exe", &other) == 0
            && own.st_ino == other.st_ino && own.st_dev == other.st_dev
    }

    /// `Shmem` of proc(5)'s meminfo: the pages of every tmpfs that still exists.
    private static func shared() -> Int {
        guard let file = fopen("/proc/meminfo", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, 256, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix("Shmem:") else { continue }
            return (Int(text.split(separator: " ")[1]) ?? 0) << 10
        }
        return 0
    }

    /// Cgroups of our runs, wherever in the tree this process is.
    private static func cgroups(below directory: String, depth: Int) -> Int {
        guard depth > 0 else { return 0 }
        return names(directory).filter { !$0.hasPrefix(".") }.reduce(0) { sum, name in
            var status = stat()
            let path = "\(directory)/\(name)"
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return sum }
            if name.hasPrefix("codecollab-\(getpid())-") { return name.contains("-seat") ? sum : sum + 1 }
            return sum + cgroups(below: path, depth: depth - 1)
        }
    }

    /// What lies in a directory, its dots included.
    static func names(_ directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) {
                    String(cString: $0.bindMemory(to: CChar.self).baseAddress!)
                })
        }
        return names
    }

    private static func lines(_ path: String) -> Int {
        guard let file = fopen(path, "r") else { return -1 }
        defer { fclose(file) }
        var count = 0
        var character = getc(file)
        while character != EOF {
            if character == 10 { count += 1 }
            character = getc(file)
        }
        return count
    }
}
