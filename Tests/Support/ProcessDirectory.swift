private import Glibc
private import SystemKit

/// Directories that are gone when the process ends in order: for what all tests of a suite share.
package enum ProcessDirectory {
    private static let made: Locked<[TemporaryDirectory]> = {
        atexit { ProcessDirectory.removeAll() }
        return Locked([])
    }()

    /// A fresh directory's absolute path.
    /// - Throws: `SystemFailure` when the machine does not let us.
    package static func make() throws -> String {
        let directory = try TemporaryDirectory()
        made.withLock { $0.append(directory) }
        return directory.path
    }

    private static func removeAll() { made.withLock { $0.removeAll() } }
}
