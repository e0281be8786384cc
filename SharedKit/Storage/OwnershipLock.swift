private import Glibc
private import SystemKit

/// The proof that this process alone owns a database file: an flock(2) on a file beside it.
///
/// The kernel lets go of it when the process dies, however it dies.
final class OwnershipLock: Sendable {
    private let file: FD

    /// Takes the lock of the database at `path`.
    /// - Throws: `StoreFailure.inUse` when another process has it, `SystemFailure` otherwise.
    init(of path: String) throws {
        file = try Self.locked(path)
    }

    private static func locked(_ path: String) throws -> FD {
        let lockPath = path + ".lock"
        let number = try check("open") { Glibc.open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        let file = FD(owning: number)
        if flock(number, LOCK_EX | LOCK_NB) == -1 {
            let code = errno
            guard code == EWOULDBLOCK else { throw SystemFailure(call: "flock", errno: code) }
            throw StoreFailure.inUse(path: path, holder: holder(number))
        }
        try check("ftruncate") { ftruncate(number, 0) }
        try file.write(Array("\(getpid())\n".utf8))
        return file
    }

    private static func holder(_ number: CInt) -> String {
        var text = [UInt8](repeating: 0, count: 32)
        let count = pread(number, &text, text.count, 0)
        return String(decoding: text.prefix(max(0, count)).filter { $0 > 0x20 }, as: UTF8.self)
    }
}
