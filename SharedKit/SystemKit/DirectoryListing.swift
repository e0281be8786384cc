private import Glibc

/// What lies in a directory.
package enum DirectoryListing {
    /// The names in a directory, without `.` and `..`, in no order.
    /// - Throws: `SystemFailure` from `opendir`.
    package static func names(in directory: String) throws(SystemFailure) -> [String] {
        guard let handle = opendir(directory) else { throw SystemFailure(call: "opendir", errno: errno) }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
