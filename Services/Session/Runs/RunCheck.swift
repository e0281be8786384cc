internal import Contracts

/// What a run asks for that can never be done, found before it is stored: whoever conducts it later could
/// only say that it has failed.
extension SnippetRequest {
    /// - Throws: `Problem` for files that cannot lie beside each other, that are not what they say they are,
    ///   or that do not fit into the limits; for an entry that is none of them.
    func check() throws(Problem) {
        try files.checkPaths()
        if let entry, !files.contains(where: { $0.path == entry }) {
            throw .refusal("/entry", .notAllowed, "\(entry) is none of the files")
        }
        var room = BoxRoom(limits)
        for (index, bytes) in try files.allBytes().enumerated() {
            do throws(BoxRoom.Misfit) {
                try room.put(files[index].path.text, bytes: bytes.count)
            } catch {
                throw .refusal("/files/\(index)/\(error.member)", .outOfRange, error.detail)
            }
        }
    }
}

extension RunRequest {
    /// - Throws: `Problem` for files of the session that do not fit into the limits.
    func check(_ files: [FileEntry]) throws(Problem) {
        var room = BoxRoom(limits)
        for file in files {
            do throws(BoxRoom.Misfit) {
                try room.put(file.path.text, bytes: file.bytes)
            } catch {
                let limit = error.member == "path" ? "inodes" : "disk_bytes"
                throw .refusal("/limits/\(limit)", .outOfRange, "\(file.path): \(error.detail)")
            }
        }
    }
}

extension BoxRoom {
    /// What was not asked for has defaults that only the executor knows; it refuses what breaks those.
    fileprivate init(_ limits: RunLimits) {
        self.init(diskBytes: limits.diskBytes, inodes: limits.inodes)
    }
}
