package import Glibc

/// Directories that somebody keeps files in.
package enum Directories {
    /// Makes a directory and those above it; existing ones stay as they are.
    ///
    /// - Parameters:
    ///   - path: absolute, or relative to the working directory.
    ///   - mode: permission bits of what is made, before the umask.
    ///   - isDurable: whether the new names are on disk before it returns.
    /// - Throws: `SystemFailure` that names the directory.
    package static func make(
        _ path: String, mode: mode_t = 0o700, isDurable: Bool = false
    ) throws(SystemFailure) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.pathParts {
            made += "/" + part
            if mkdir(made, mode) == 0 {
                if isDurable { try FileBytes.syncDirectory(of: made) }
            } else if errno != EEXIST {
                throw SystemFailure(call: "mkdir \(made)", errno: errno)
            }
        }
    }
}
