private import Glibc
internal import SystemKit

/// Where the files of deleted documents wait until an operator cannot want them back any more.
///
/// Each entry is a directory named after when it came, in milliseconds since the Unix epoch, and what it was.
/// Everything here blocks, so it runs on the archive's thread only.
struct Trash: Sendable {
    let directory: String

    /// Puts a directory aside, durably; nothing happens when there is none.
    /// - Throws: `SystemFailure`; the directory is then where it was.
    func take(_ path: String, as name: String, at now: Timestamp) throws(SystemFailure) {
        try Directories.make(directory, isDurable: true)
        let mark = randomBytes(4).map { String($0, radix: 16) }.joined()
        let place = "\(directory)/\(now.milliseconds)-\(name)-\(mark)"
        guard rename(path, place) == -1 else {
            try FileBytes.syncDirectory(of: place)
            return try FileBytes.syncDirectory(of: path)
        }
        if errno != ENOENT { throw SystemFailure(call: "rename", errno: errno) }
    }

    /// Removes for good what came before `limit`.
    /// - Throws: `SystemFailure`; what is left is tried again next time.
    func empty(before limit: Timestamp) throws(SystemFailure) {
        let names: [String]
        do throws(SystemFailure) { names = try DirectoryListing.names(in: directory) } catch {
            if error.errno == ENOENT { return }
            throw error
        }
        for name in names {
            guard let came = name.split(separator: "-").first.flatMap({ Int64($0) }),
                came < limit.milliseconds
            else { continue }
            try Self.remove("\(directory)/\(name)", depth: Limits.trashDepth)
        }
    }

    /// Removes a directory and what is in it, at most `depth` directories deep.
    private static func remove(_ path: String, depth: Int) throws(SystemFailure) {
        for name in try DirectoryListing.names(in: path) {
            let inner = "\(path)/\(name)"
            if unlink(inner) == 0 { continue }
            guard errno == EISDIR, depth > 1 else { throw SystemFailure(call: "unlink", errno: errno) }
            try remove(inner, depth: depth - 1)
        }
        try check("rmdir") { rmdir(path) }
    }
}
