internal import CSandbox
internal import Glibc
internal import Synchronization
internal import SystemKit

/// Where the cgroups of this process are made: one per run and hierarchy, beside our own, and nothing between
/// runs.
///
/// Named by pid and start time: a later process sweeps what a killed one left, and a reused pid does not
/// protect it.
final class Cgroups: Sendable {
    let kind: CgroupLayout.Kind
    private let branches: [Branch]
    /// How the names of all begin: those of another host in this process begin otherwise.
    let name: String
    private static let made = Atomic<Int>(0)
    let startPrice = StartPrice()

    /// One hierarchy: the directory that this process is in.
    final class Branch: Sendable {
        let controller: CgroupLayout.Controller
        let directory: FD

        init(_ place: CgroupLayout.Place) throws(SystemFailure) {
            controller = place.controller
            let path = place.directory
            directory = FD(owning: try check("open") { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
        }

        /// Whether a cgroup can be made here at all.
        func test(_ name: String) throws(SystemFailure) {
            let number = directory.number
            try check("mkdir") { mkdirat(number, name, 0o755) }
            try check("rmdir") { unlinkat(number, name, AT_REMOVEDIR) }
        }
    }

    /// Takes what the machine offers; `warnings` says what that leaves out.
    init(isWanted: Bool, warnings: inout [String]) {
        let layout = CgroupLayout(
            mountinfo: Self.text("/proc/self/mountinfo"), membership: Self.text("/proc/self/cgroup"))
        let serial = Self.made.add(1, ordering: .relaxed).newValue
        name = "\(Self.name(pid: getpid()))-host\(serial)-"
        var branches: [Branch] = []
        for place in isWanted ? layout.places : [] {
            Self.sweep(place.directory)
            do {
                if place.controller == .unified { try Self.delegate(place.directory) }
                let branch = try Branch(place)
                try branch.test(name)
                branches.append(branch)
            } catch {
                warnings.append("cgroup \(place.controller.rawValue) at \(place.directory): \(error)")
            }
        }
        self.branches = branches
        kind = branches.isEmpty ? .none : layout.kind
        if branches.isEmpty { warnings.append("no cgroups: limits hold per process, not for all together") }
    }

    var controllers: [CgroupLayout.Controller] { branches.map(\.controller) }
    var directories: [CInt] { branches.map { $0.directory.number } }

    /// cgroups(7), "delegation": children get the controllers their parent hands down, and then no process
    /// may be in the parent itself: all move into a leaf, as long as there are any.
    private static func delegate(_ directory: String) throws(SystemFailure) {
        let file = FD(
            owning: try check("open") { open("\(directory)/cgroup.subtree_control", O_WRONLY | O_CLOEXEC) })
        let wanted = Array("+memory +pids".utf8)
        for _ in 0..<leafTries {
            do { return try delegate(file, wanted) } catch { if error.errno != EBUSY { throw error } }
            try moveProcesses(of: directory)
        }
        try delegate(file, wanted)
    }

    private static func delegate(_ file: borrowing FD, _ wanted: [UInt8]) throws(SystemFailure) {
        try file.write(wanted)
        do { try file.write(Array("+cpu".utf8)) } catch {
            // Refused where real-time processes are: then runs share the processors by their processes.
            if error.errno == EBUSY { throw error }
        }
    }

    /// A process may fork while it is moved; its child is moved in the next round.
    private static let leafTries = 8

    private static func moveProcesses(of directory: String) throws(SystemFailure) {
        let leaf = "\(directory)/\(CgroupLayout.leaf)"
        if mkdir(leaf, 0o755) == -1 && errno != EEXIST { throw SystemFailure(call: "mkdir", errno: errno) }
        let target = FD(owning: try check("open") { open("\(leaf)/cgroup.procs", O_WRONLY | O_CLOEXEC) })
        for pid in text("\(directory)/cgroup.procs").split(separator: "\n") {
            ignoring("a process that ended meanwhile need not move") { try target.write(Array(pid.utf8)) }
        }
    }
}

extension Cgroups {
    private static let prefix = "codecollab-"

    /// `codecollab-<pid>-<start time>`; a host adds `-host<number>-`, a run `run<number>`.
    private static func name(pid: pid_t) -> String { "\(prefix)\(pid)-\(startTime(pid: pid) ?? "0")" }

    /// Field 22 of proc(5)'s stat; the name in field 2 may hold spaces, so count from its closing bracket.
    private static func startTime(pid: pid_t) -> String? {
        let stat = text("/proc/\(pid)/stat")
        guard let bracket = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[bracket...].split(separator: " ")
        return fields.count > 20 ? String(fields[20]) : nil
    }

    /// Removes what a warden of ours left that was killed; its sandboxes take a moment to go.
    func sweepOwn() {
        for branch in branches {
            let directory = branch.directory.number
            for _ in 0..<Self.sweeps {
                let left = Self.entries("/proc/self/fd/\(directory)").filter { $0.hasPrefix(name) }
                    .filter { unlinkat(directory, $0, AT_REMOVEDIR) == -1 && errno != ENOENT }
                if left.isEmpty { break }
                usleep(Self.sweepPause)
            }
        }
    }

    private static let sweeps = 100
    /// Microseconds.
    private static let sweepPause: UInt32 = 10_000

    /// Removes what dead processes left behind.
    private static func sweep(_ directory: String) {
        for entry in entries(directory) where entry.hasPrefix(prefix) {
            let parts = entry.dropFirst(prefix.count).split(separator: "-")
            guard parts.count >= 2, let pid = pid_t(parts[0]) else { continue }
            if startTime(pid: pid) != String(parts[1]) { rmdir("\(directory)/\(entry)") }
        }
    }

    private static func entries(_ directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names
    }

    /// A small file of the kernel's; empty when it is not there.
    static func text(_ path: String) -> String {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return "" }
        let file = FD(owning: number)
        return String(decoding: readAll(file.number), as: UTF8.self)
    }
}

/// Everything from the start of a small file to its end.
func readAll(_ number: CInt) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
        let count = read(number, &buffer, buffer.count)
        if count <= 0 { return bytes }
        bytes += buffer[..<count]
    }
}
