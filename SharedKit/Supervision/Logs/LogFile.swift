private import Glibc
package import SystemKit

/// A log file that is renamed away when it is full: `auth.jsonl`, `auth.jsonl.1`, ... with the oldest
/// dropped.
package final class LogFile {
    private let path: String
    private let limit: Int
    private let kept: Int
    private var descriptor: CInt
    private var size: Int

    /// Appends to the file at `path`.
    /// - Parameters:
    ///   - limit: Bytes after which the file is rotated.
    ///   - kept: Rotated files that stay.
    package init(
        _ path: String,
        limit: Int = SupervisionLimits.logFileBytes,
        kept: Int = SupervisionLimits.logFiles
    ) throws(SystemFailure) {
        precondition(limit > 0 && kept > 0, "a log keeps something")
        self.path = path
        self.limit = limit
        self.kept = kept
        descriptor = try Self.open(path)
        size = Int(lseek(descriptor, 0, SEEK_END))
    }

    deinit { close(descriptor) }

    /// Appends one line; the line end is added.
    package func append(_ line: [UInt8]) throws(SystemFailure) {
        if size > 0 && size + line.count + 1 > limit { try rotate() }
        let bytes = line + [UInt8(ascii: "\n")]
        var start = 0
        while start < bytes.count {
            start += try check("write") {
                bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + start, bytes.count - start) }
            }
        }
        size += bytes.count
    }

    private func rotate() throws(SystemFailure) {
        for number in stride(from: kept - 1, through: 1, by: -1) {
            rename("\(path).\(number)", "\(path).\(number + 1)")
        }
        try check("rename") { rename(path, "\(path).1") }
        close(descriptor)
        descriptor = try Self.open(path)
        size = 0
    }

    private static func open(_ path: String) throws(SystemFailure) -> CInt {
        try check("open") { Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600) }
    }
}
