private import Glibc

/// What /proc says about other processes.
package enum ProcessTable {
    /// When the process started, in clock ticks since boot: with the pid it names one process for ever
    /// (proc(5)).
    package static func startTime(of pid: CInt) -> UInt64? {
        fields(of: pid).flatMap { $0.count > 19 ? UInt64($0[19]) : nil }
    }

    /// Whether the process exists and has not ended; a zombie has.
    package static func isAlive(_ pid: CInt, startTime: UInt64) -> Bool {
        guard let fields = fields(of: pid), fields.count > 19 else { return false }
        return fields[0] != "Z" && fields[0] != "X" && UInt64(fields[19]) == startTime
    }

    /// The fields of /proc/PID/stat after the name, starting with the state.
    private static func fields(of pid: CInt) -> [Substring]? {
        guard let text = readText("/proc/\(pid)/stat"), let close = text.lastIndex(of: ")") else {
            return nil
        }
        return text[text.index(after: close)...].split(separator: " ")
    }

    /// The parent of the process.
    package static func parent(of pid: CInt) -> CInt? {
        fields(of: pid).flatMap { $0.count > 1 ? CInt($0[1]) : nil }
    }

    /// All processes that we may see.
    package static func all() -> [CInt] { names(in: "/proc").compactMap { CInt($0) } }

    /// The children of a process.
    package static func children(of parent: CInt) -> [CInt] { all().filter { self.parent(of: $0) == parent } }

    /// Memory of the process that is in RAM, in bytes.
    package static func residentBytes(of pid: CInt) -> Int? {
        let pages = readText("/proc/\(pid)/statm")?.split(separator: " ").dropFirst().first.flatMap {
            Int($0)
        }
        return pages.map { $0 * Int(sysconf(CInt(_SC_PAGESIZE))) }
    }

    /// The entries of the environment with which the process was started, as far as we may see it.
    package static func environment(of pid: CInt) -> [String] {
        (readBytes("/proc/\(pid)/environ") ?? []).split(separator: 0).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// The processes whose environment holds `entry`, e.g. `"CODECOLLAB_FLEET=1f"`.
    package static func processes(withEnvironment entry: String) -> [CInt] {
        all().filter { $0 != getpid() && environment(of: $0).contains(entry) }
    }

    /// The process that listens on a TCP port of this machine, as far as we may see it.
    package static func listener(onPort port: Int) -> (pid: CInt, command: String)? {
        let inodes = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { listeningInodes($0, port) }
        let links = Set(inodes.map { "socket:[\($0)]" })
        guard !links.isEmpty else { return nil }
        let holder = all().first { pid in
            names(in: "/proc/\(pid)/fd").contains { links.contains(readLink("/proc/\(pid)/fd/\($0)") ?? "") }
        }
        return holder.map { ($0, command(of: $0)) }
    }

    /// The command line of the process, for people.
    package static func command(of pid: CInt) -> String {
        let words = readBytes("/proc/\(pid)/cmdline")?.split(separator: 0).map {
            String(decoding: $0, as: UTF8.self)
        }
        return words?.joined(separator: " ") ?? "?"
    }

    private static func listeningInodes(_ table: String, _ port: Int) -> [Substring] {
        let listening = "0A"
        return (readText(table) ?? "").split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: " ")
            guard columns.count > 9, columns[3] == listening else { return nil }
            return columns[1].split(separator: ":").last.flatMap { Int($0, radix: 16) } == port
                ? columns[9] : nil
        }
    }
}
