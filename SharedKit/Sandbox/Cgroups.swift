internal import CSandbox
internal import Glibc
internal import SystemKit

/// Makes the cgroups of this process: one per run and hierarchy, beside our own, and nothing between runs.
///
/// Named by pid and start time: a later process sweeps what a killed one left, and a reused pid does not
/// protect it.
final class Cgroups: Sendable {
    let kind: CgroupLayout.Kind
    private let branches: [Branch]
    private let name: String

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
        name = Self.name(pid: getpid())
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

    /// A cgroup in every hierarchy, with its limits set and nobody in it.
    func make(_ name: String, limits: SandboxLimits) throws(SandboxFailure) -> Cgroup {
        var parts: [CgroupPart] = []
        for branch in branches {
            do {
                let part = try CgroupPart(branch: branch, name: "\(self.name)-\(name)")
                parts.append(part)
                try part.limit(to: limits)
            } catch {
                throw .step("cgroup \(branch.controller.rawValue)", error)
            }
        }
        return Cgroup(parts: parts, basis: kind == .v2 ? "cgroup v2" : kind == .none ? "rss" : "cgroup v1")
    }

    /// cgroups(7), "delegation": children get the controllers their parent hands down.
    private static func delegate(_ directory: String) throws(SystemFailure) {
        let file = FD(
            owning: try check("open") { open("\(directory)/cgroup.subtree_control", O_WRONLY | O_CLOEXEC) })
        try file.write(Array("+memory +pids".utf8))
    }
}

extension Cgroups {
    private static let prefix = "codecollab-"

    /// `codecollab-<pid>-<start time>`; a run adds `-run<number>`.
    private static func name(pid: pid_t) -> String { "\(prefix)\(pid)-\(startTime(pid: pid) ?? "0")" }

    /// Field 22 of proc(5)'s stat; the name in field 2 may hold spaces, so count from its closing bracket.
    private static func startTime(pid: pid_t) -> String? {
        let stat = text("/proc/\(pid)/stat")
        guard let bracket = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[bracket...].split(separator: " ")
        return fields.count > 20 ? String(fields[20]) : nil
    }

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
