package import SystemKit

/// The log of one service: its two streams, line by line, into one rotated file, and the end of standard
/// error for the crash record.
package final class ServiceLog {
    private let service: String
    private let clock: WallClock
    private let file: LogFile
    private let echo: (([UInt8]) -> Void)?
    private var output = LineSplitter()
    private var error = LineSplitter()
    private var tail: [UInt8] = []

    /// A log that appends to `path`; `echo` sees each line too.
    package init(
        service: String,
        path: String,
        clock: WallClock = .system,
        echo: (([UInt8]) -> Void)? = nil
    ) throws(SystemFailure) {
        self.service = service
        self.clock = clock
        self.echo = echo
        file = try LogFile(path)
    }

    /// Takes bytes of standard output, or of standard error.
    package func take(_ bytes: [UInt8], isError: Bool) throws(SystemFailure) {
        if isError { keepTail(bytes) }
        let lines = isError ? error.take(bytes) : output.take(bytes)
        for line in lines where !line.isEmpty { try append(line, isError: isError) }
    }

    /// The process has ended: writes what it left unfinished and gives the end of its standard error.
    package func finish() throws(SystemFailure) -> String {
        if let line = output.finish() { try append(line, isError: false) }
        if let line = error.finish() { try append(line, isError: true) }
        defer { tail = [] }
        return String(decoding: tail, as: UTF8.self)
    }

    /// A line of the supervisor about this service.
    package func note(_ level: String, _ message: String) throws(SystemFailure) {
        let line = LogLine.record(level, service: service, message, at: clock.now(), stream: "supervisor")
        try file.append(line)
        echo?(line)
    }

    private func append(_ line: [UInt8], isError: Bool) throws(SystemFailure) {
        let normalized = LogLine.normalized(line, service: service, isError: isError, at: clock.now())
        try file.append(normalized)
        echo?(normalized)
    }

    private func keepTail(_ bytes: [UInt8]) {
        tail += bytes
        if tail.count > SupervisionLimits.stderrTailBytes {
            tail.removeFirst(tail.count - SupervisionLimits.stderrTailBytes)
        }
    }
}
