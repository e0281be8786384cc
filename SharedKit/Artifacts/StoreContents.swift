private import Glibc
internal import SystemKit

/// What lies in a store, for counting and evicting.
struct StoreContents {
    let path: String
    let bytes: Int
    /// Seconds since the Unix epoch.
    let usedAt: Int

    static func list(_ directory: String) throws(SystemFailure) -> [StoreContents] {
        var contents: [StoreContents] = []
        for shelf in try DirectoryListing.names(in: directory) where shelf.utf8.count == 2 {
            for name in try DirectoryListing.names(in: "\(directory)/\(shelf)") {
                let path = "\(directory)/\(shelf)/\(name)"
                var status = stat()
                guard lstat(path, &status) == 0 else { continue }
                let bytes = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : Tree.bytes(path)
                contents.append(StoreContents(path: path, bytes: bytes, usedAt: status.st_mtim.tv_sec))
            }
        }
        return contents
    }
}
