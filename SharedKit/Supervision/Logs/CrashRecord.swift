package import Contracts
private import Glibc
package import SystemKit

/// What is kept of a service that ended without being asked to.
package struct CrashRecord: WireObject, Equatable {
    /// The service.
    package var service = ""
    /// When it ended, RFC 3339.
    package var at = ""
    /// Which life of it this was.
    package var generation = 0
    /// Its pid, to find it in other logs.
    package var pid = 0
    /// For people: `"exit 1"`, `"SIGSEGV"`.
    package var reason = ""
    /// Its exit code, unless a signal ended it.
    package var exitCode: Int?
    /// The signal that ended it.
    package var signal: Int?
    /// How long it had run, in milliseconds.
    package var ranMilliseconds = 0
    /// The end of its standard error, with the backtrace if there is one.
    package var stderrTail = ""

    /// An empty record.
    package init() {}

    /// The table.
    package static let fields = Fields<CrashRecord>(
        field("service", \.service), field("at", \.at), field("generation", \.generation),
        field("pid", \.pid),
        field("reason", \.reason), field("exit_code", \.exitCode), field("signal", \.signal),
        field("ran_ms", \.ranMilliseconds), field("stderr_tail", \.stderrTail))

    /// Writes the record as a file of its own and drops the oldest of the service beyond the limit.
    /// - Returns: The path of the file.
    @discardableResult
    package func save(
        in folder: String,
        at stamp: Timestamp,
        keeping kept: Int = SupervisionLimits.crashRecords
    ) throws(SystemFailure) -> String {
        let path = "\(folder)/\(service)-\(stamp.milliseconds)-\(generation).json"
        try FileBytes.replace(path, with: encode() + [UInt8(ascii: "\n")])
        let all = names(in: folder).filter { $0.hasPrefix("\(service)-") && $0.hasSuffix(".json") }
        for name in all.dropLast(kept) { removeIfPresent("\(folder)/\(name)") }
        return path
    }
}
