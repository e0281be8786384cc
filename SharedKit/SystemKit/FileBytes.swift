private import Glibc

/// Whole files, read with a bound and replaced so that a crash leaves the old or the new one.
package enum FileBytes {
    /// The bytes of a regular file.
    /// - Throws: `SystemFailure`; `EFBIG` when there are more than `limit` bytes, `EISDIR` for a directory.
    package static func read(_ path: String, atMost limit: Int) throws(SystemFailure) -> [UInt8] {
        let file = FD(owning: try check("open") { open(path, O_RDONLY | O_CLOEXEC) })
        var status = stat()
        try check("fstat") { fstat(file.number, &status) }
        guard Int(status.st_size) <= limit else { throw SystemFailure(call: "read", errno: EFBIG) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.st_size) + 1)
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try check("read") { Glibc.read(file.number, &chunk, chunk.count) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            if bytes.count > limit { throw SystemFailure(call: "read", errno: EFBIG) }
        }
    }

    /// Writes a file beside `path`, makes it durable and moves it there.
    /// - Parameter mode: its permissions, for the owner only unless told.
    /// - Throws: `SystemFailure`; `path` is then as it was.
    package static func replace(
        _ path: String, with bytes: [UInt8], mode: UInt32 = 0o600
    ) throws(SystemFailure) {
        let suffix = randomBytes(8).map { String($0, radix: 16) }.joined()
        let temporary = "\(path).\(suffix).tmp"
        do {
            let file = FD(
                owning: try check("open") { open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode) })
            try file.write(bytes)
            try check("fsync") { fsync(file.number) }
            try file.close()
            try check("rename") { rename(temporary, path) }
        } catch {
            unlink(temporary)
            throw error
        }
        try syncDirectory(of: path)
    }

    /// Makes the names in the directory of `path` durable.
    package static func syncDirectory(of path: String) throws(SystemFailure) {
        let directory = path.directoryPart
        let handle = FD(owning: try check("open") { open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
        try check("fsync") { fsync(handle.number) }
    }
}
