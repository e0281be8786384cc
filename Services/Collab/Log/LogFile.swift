private import Glibc
internal import SystemKit

/// One file of a document's log that grows; opened by its first append, used only on the disk thread.
final class LogFile: Sendable {
    private struct State {
        var descriptor: CInt = -1
        /// Bytes that are whole records and durable; nil once the file cannot be trusted any more.
        var goodBytes: Int?
    }

    private let path: String
    private let state: Locked<State>

    /// A file at `path` of which the first `goodBytes` are whole records; what follows is cut off.
    init(_ path: String, goodBytes: Int = 0) {
        self.path = path
        state = Locked(State(goodBytes: goodBytes))
    }

    deinit {
        let descriptor = state.snapshot.descriptor
        if descriptor >= 0 { close(descriptor) }
    }

    /// Appends bytes; they are durable after `sync`.
    /// - Throws: `SystemFailure`; what was written of them is taken back.
    func append(_ bytes: [UInt8]) throws(SystemFailure) {
        guard let good = state.snapshot.goodBytes else { throw SystemFailure(call: "write", errno: EIO) }
        let descriptor = try opened(good)
        do throws(SystemFailure) {
            try Self.writeAll(bytes, to: descriptor)
            state.withLock { $0.goodBytes = good + bytes.count }
        } catch {
            // A half-written record would hide all that follow it.
            if ftruncate(descriptor, off_t(good)) == -1 { distrust() }
            throw error
        }
    }

    private func opened(_ goodBytes: Int) throws(SystemFailure) -> CInt {
        let known = state.snapshot.descriptor
        if known >= 0 { return known }
        try Directories.make(path.directoryPart, isDurable: true)
        let made = try check("open") { open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600) }
        state.withLock { $0.descriptor = made }
        try check("ftruncate") { ftruncate(made, off_t(goodBytes)) }
        try FileBytes.syncDirectory(of: path)
        return made
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: CInt) throws(SystemFailure) {
        var start = 0
        while start < bytes.count {
            start += try check("write") {
                bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + start, bytes.count - start) }
            }
        }
    }

    /// Makes everything durable.
    /// - Throws: `SystemFailure`; the kernel may have forgotten what it could not write, so the file is
    ///   finished.
    func sync() throws(SystemFailure) {
        let descriptor = state.snapshot.descriptor
        guard descriptor >= 0 else { return }
        do throws(SystemFailure) {
            try check("fdatasync") { fdatasync(descriptor) }
        } catch {
            distrust()
            throw error
        }
    }

    private func distrust() { state.withLock { $0.goodBytes = nil } }
}
