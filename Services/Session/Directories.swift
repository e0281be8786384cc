private import Glibc
internal import SystemKit

/// Directories that a service keeps its data in.
enum Directories {
    /// Makes a directory and those above it, for this user only; one that exists stays as it is.
    /// - Throws: `SystemFailure`.
    static func make(_ path: String) throws(SystemFailure) {
        var end = path.startIndex
        while end < path.endIndex {
            end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
            let part = String(path[..<end])
            do {
                try check("mkdir") { mkdir(part, 0o700) }
            } catch  where error.errno == EEXIST {
                continue
            }
        }
    }
}
