private import Glibc
internal import SystemKit

/// Directories and files of the store itself; no path of a user gets here unchecked.
enum Tree {
    static func make(_ directory: String) throws(SystemFailure) {
        if mkdir(directory, 0o755) == 0 {
            // The mode of mkdir(2) is cut by the umask, and other users look into these directories.
            try check("chmod") { chmod(directory, 0o755) }
            return
        }
        switch errno {
        case EEXIST: return
        case ENOENT:
            try makeParent(of: directory)
            try make(directory)
        default: throw SystemFailure(call: "mkdir", errno: errno)
        }
    }

    static func makeParent(of path: String) throws(SystemFailure) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        try make(String(path[..<slash]))
    }

    /// Writes a new file durably, making directories on the way.
    static func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws(SystemFailure) {
        try makeParent(of: path)
        let file = FD(owning: try check("open") { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode) })
        try file.write(bytes)
        // The mode of open(2) is cut by the umask, and other users run these files.
        try check("fchmod") { fchmod(file.number, mode) }
        try check("fsync") { fsync(file.number) }
        try file.close()
    }

    /// Removes a file or a directory with all it holds, as far as the system lets us.
    static func remove(_ path: String) {
        if unlink(path) == 0 || errno == ENOENT { return }
        let names =
            ignoring("what cannot be listed is met again at the next start") {
                try DirectoryListing.names(in: path)
            } ?? []
        for name in names { remove("\(path)/\(name)") }
        rmdir(path)
    }

    /// Bytes of all files below a directory.
    static func bytes(_ directory: String) -> Int {
        let names =
            ignoring("it vanished while we counted") { try DirectoryListing.names(in: directory) } ?? []
        return names.reduce(0) { total, name in
            var status = stat()
            guard lstat("\(directory)/\(name)", &status) == 0 else { return total }
            return total
                + (status.st_mode & S_IFMT == S_IFDIR ? bytes("\(directory)/\(name)") : Int(status.st_size))
        }
    }
}
