internal import Glibc
internal import SystemKit

/// What was started under which key, on disk before it starts: whoever asks again after the executor was
/// killed learns whether a program had begun, so that none is ever executed twice.
///
/// A line is `time execution owner key`. It is written, not synced: the page cache outlives every process,
/// and no program outlives the machine. It takes some microseconds, less than changing threads would.
final class StartLog: Sendable {
    private final class File: Sendable {
        let descriptor: FD

        init(_ path: String) throws(SystemFailure) {
            let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC
            descriptor = FD(owning: try check("open") { open(path, flags, 0o600) })
        }
    }

    private struct State {
        var file: File
        var bytes: Int
    }

    private let path: String
    private let state: Locked<State>
    /// Executions that former lives of the service have started, by owner and key.
    private let before: [Substring: Substring]

    /// Opens the log in a directory and reads what former lives have written: at most two files of
    /// `Limits.startLogBytes`.
    /// - Throws: `SystemFailure` when it cannot be read or written.
    init(in directory: String) throws(SystemFailure) {
        path = "\(directory)/starts.log"
        var before: [Substring: Substring] = [:]
        for name in ["\(path).1", path] where access(name, F_OK) == 0 {
            let bytes = try FileBytes.read(name, atMost: Limits.startLogBytes * 2)
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            for line in lines {
                let words = line.split(separator: " ", maxSplits: 2)
                // A last line torn by the end of its writer stands for a program that had not started.
                if words.count == 3 { before[words[2]] = words[1] }
            }
        }
        self.before = before
        let file = try File(path)
        state = Locked(State(file: file, bytes: Int(lseek(file.descriptor.number, 0, SEEK_END))))
    }

    /// The execution that a former life of the service has started for a ticket; its program is dead.
    func startedBefore(_ ticket: ExecutionLedger.Ticket) -> String? {
        before[Substring(ticket.name)].map(String.init)
    }

    /// Notes that the program of an execution is about to start.
    /// - Throws: `SystemFailure` when it cannot be noted; then nothing may start.
    func note(_ execution: String, for name: String, at now: Timestamp) throws(SystemFailure) {
        let line = Array("\(now.milliseconds) \(execution) \(name)\n".utf8)
        try state.withLock { state throws(SystemFailure) in
            if state.bytes + line.count > Limits.startLogBytes {
                try check("rename") { rename(path, "\(path).1") }
                state = State(file: try File(path), bytes: 0)
            }
            try state.file.descriptor.write(line)
            state.bytes += line.count
        }
    }
}
