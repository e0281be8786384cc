private import Glibc
internal import SystemKit

/// The log of one document on disk; used only on the disk thread.
final class LogFile: Sendable {
    private let descriptor: FD
    /// Bytes that are whole records and durable; nil once the file cannot be trusted any more.
    private let goodBytes: Locked<Int?>

    /// Opens or makes a log, and cuts off what a crash left unfinished.
    /// - Throws: `SystemFailure`.
    init(_ directory: String, _ name: String) throws(SystemFailure) {
        try Self.makeDirectory(directory)
        let path = "\(directory)/\(name).log"
        descriptor = FD(
            owning: try check("open") { open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600) })
        goodBytes = Locked(0)
        try Self.syncDirectory(directory)
    }

    private static func makeDirectory(_ path: String) throws(SystemFailure) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/\(part)"
            if mkdir(made, 0o700) == -1 && errno != EEXIST {
                throw SystemFailure(call: "mkdir", errno: errno)
            }
        }
    }

    private static func syncDirectory(_ path: String) throws(SystemFailure) {
        let directory = FD(owning: try check("open") { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
        try check("fsync") { fsync(directory.number) }
    }

    /// Every record; the torn tail, if any, is gone afterwards.
    /// - Throws: `SystemFailure`.
    func load() throws(SystemFailure) -> [LogRecord] {
        let log = try readAll()
        let (records, validBytes) = LogRecord.read(log)
        if validBytes < log.count {
            try check("ftruncate") { ftruncate(descriptor.number, off_t(validBytes)) }
            try check("fsync") { fsync(descriptor.number) }
        }
        goodBytes.withLock { $0 = validBytes }
        return records
    }

    private func readAll() throws(SystemFailure) -> [UInt8] {
        var all: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = try check("pread") { pread(descriptor.number, &piece, piece.count, off_t(all.count)) }
            if count == 0 { return all }
            all += piece[..<count]
        }
    }

    /// Appends bytes; they are durable after `sync`.
    /// - Throws: `SystemFailure`; what was written of them is taken back.
    func append(_ bytes: [UInt8]) throws(SystemFailure) {
        guard let good = goodBytes.snapshot else { throw SystemFailure(call: "write", errno: EIO) }
        do throws(SystemFailure) {
            try descriptor.write(bytes)
            goodBytes.withLock { $0 = good + bytes.count }
        } catch {
            // A half-written record would hide all that follow it.
            if ftruncate(descriptor.number, off_t(good)) == -1 { distrust() }
            throw error
        }
    }

    /// Makes everything durable.
    /// - Throws: `SystemFailure`; the kernel may have forgotten what it could not write, so the file is
    ///   finished.
    func sync() throws(SystemFailure) {
        do throws(SystemFailure) {
            try check("fdatasync") { fdatasync(descriptor.number) }
        } catch {
            distrust()
            throw error
        }
    }

    private func distrust() { goodBytes.withLock { $0 = nil } }
}
