internal import CSandbox
internal import Glibc
internal import SystemKit

/// Brings files of a box back after all its processes are dead.
///
/// Every path is opened anew from the tmpfs's root without following a link or leaving the mount, and what is
/// read is what was opened: names that a program has prepared lead nowhere.
struct Collector {
    enum Limits {
        /// Directory entries that are looked at for all patterns together.
        static let entries = 16_384
        /// Directories inside each other that are entered; patterns of people have at most 8 parts.
        static let depth = 16
    }

    private let root: CInt
    private let fileLimit: Int
    private var room: Int
    private var entries = 0
    private var seen: Set<String> = []
    /// The files so far.
    private(set) var files: [CollectedFile] = []
    /// Matching files that there was no room for.
    private(set) var leftOut = 0

    /// - Parameters:
    ///   - root: of the workspace's tmpfs; must outlive this.
    ///   - bytes: of all files together, at most.
    init(root: CInt, files: Int, bytes: Int) {
        self.root = root
        fileLimit = files
        room = bytes
    }

    /// Takes the files that a pattern names: a path, or `*`, `?` and `**` among its parts.
    mutating func take(_ pattern: String) {
        guard pattern.utf8.contains(where: { "*?".utf8.contains($0) }) else { return take(file: pattern) }
        walk("", pattern.pathParts[...])
    }

    private mutating func walk(_ directory: String, _ parts: ArraySlice<String>) {
        guard let part = parts.first, directory.pathParts.count < Limits.depth else { return }
        let rest = parts.dropFirst()
        if part == "**" {
            if !rest.isEmpty { walk(directory, rest) }
            for entry in list(directory) {
                let path = Self.join(directory, entry.name)
                if entry.isDirectory { walk(path, parts) } else if rest.isEmpty { take(file: path) }
            }
        } else if !part.utf8.contains(where: { "*?".utf8.contains($0) }) {
            let path = Self.join(directory, part)
            if rest.isEmpty { take(file: path) } else { walk(path, rest) }
        } else {
            for entry in list(directory) where NamePattern.matches(entry.name, part) {
                let path = Self.join(directory, entry.name)
                if rest.isEmpty { take(file: path) } else if entry.isDirectory { walk(path, rest) }
            }
        }
    }

    private static func join(_ directory: String, _ name: String) -> String {
        directory.isEmpty ? name : "\(directory)/\(name)"
    }

    /// Reads a regular file; others, links and missing ones are left out without a word.
    private mutating func take(file path: String) {
        guard seen.insert(path).inserted else { return }
        let number = csb_open_beneath(root, "box/\(path)")
        guard number >= 0 else { return }
        let source = FD(owning: number)
        var status = stat()
        guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        guard files.count < fileLimit, Int(status.st_size) <= room else {
            leftOut += 1
            return
        }
        let bytes = Self.read(source, count: Int(status.st_size))
        room -= bytes.count
        files.append(CollectedFile(path: path, bytes: bytes, isExecutable: status.st_mode & 0o111 != 0))
    }

    private static func read(_ source: borrowing FD, count: Int) -> [UInt8] {
        let number = source.number
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = Glibc.read(number, buffer.baseAddress! + filled, count - filled)
                if got <= 0 { return }
                filled += got
            }
        }
    }

    private struct Entry {
        let name: String
        let isDirectory: Bool
    }

    /// The entries of a directory by name; names that are no UTF-8 have no place in an answer.
    private mutating func list(_ directory: String) -> [Entry] {
        let number = csb_open_beneath(root, directory.isEmpty ? "box" : "box/\(directory)")
        guard number >= 0 else { return [] }
        guard let stream = fdopendir(number) else {
            close(number)
            return []
        }
        defer { closedir(stream) }
        var found: [Entry] = []
        while entries < Limits.entries, let entry = readdir(stream) {
            entries += 1
            let kind = entry.pointee.d_type
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            guard let name, name != ".", name != ".." else { continue }
            found.append(Entry(name: name, isDirectory: kind == UInt8(DT_DIR)))
        }
        return found.sorted { $0.name < $1.name }
    }
}

/// Names with `*` for any bytes and `?` for one.
enum NamePattern {
    /// Goes back to the last star only, so the time is at most the product of the lengths.
    static func matches(_ name: String, _ pattern: String) -> Bool {
        let (name, pattern) = (Array(name.utf8), Array(pattern.utf8))
        var (at, place) = (0, 0)
        var star: (pattern: Int, name: Int)?
        while at < name.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                star = (place, at)
                place += 1
            } else if place < pattern.count, pattern[place] == UInt8(ascii: "?") || pattern[place] == name[at]
            {
                place += 1
                at += 1
            } else if let last = star {
                star = (last.pattern, last.name + 1)
                (place, at) = (last.pattern + 1, last.name + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
