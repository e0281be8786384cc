internal import Contracts
internal import Credentials
internal import Glibc
internal import SystemKit

/// The keys of the auth service as they lie on the disk, readable for its user only (0600).
struct KeyFile: WireObject {
    /// Keys that sign access tokens, by their part: next, current, previous ones.
    var signing: [StoredKey] = []
    /// The key under which refresh tokens, device tokens and the audit chain have theirs, in hex.
    var root = ""

    static let fields = Fields<KeyFile>(field("signing", \.signing), field("root", \.root, .length(64...64)))

    /// What is in the file at `path`, or nil when there is none yet.
    /// - Throws: `SystemFailure`, `WireFaults` for a damaged file, which nobody should replace unseen.
    static func read(_ path: String) throws -> KeyFile? {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        if number == -1 && errno == ENOENT { return nil }
        let file = FD(owning: try check("open") { number })
        var bytes = [UInt8](repeating: 0, count: 65_536)
        var count = 0
        while count < bytes.count {
            let got = try check("read") { Glibc.read(file.number, &bytes[count], bytes.count - count) }
            if got == 0 { break }
            count += got
        }
        return try decode(Array(bytes.prefix(count)))
    }

    /// Puts the keys on the disk for good: either the old file or the new one is there after a crash.
    /// - Throws: `SystemFailure`.
    func write(_ path: String) throws(SystemFailure) {
        try Self.writePrivate(encode(), path)
    }

    /// Writes a file that only its owner can read, in one step.
    static func writePrivate(_ bytes: [UInt8], _ path: String) throws(SystemFailure) {
        let new = "\(path).new"
        let file = FD(
            owning: try check("open") { open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600) }
        )
        try file.write(bytes)
        try check("fsync") { fsync(file.number) }
        try check("rename") { rename(new, path) }
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        let directory = FD(owning: try check("open") { open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
        try check("fsync") { fsync(directory.number) }
    }
}

/// One signing key on the disk.
struct StoredKey: WireObject {
    /// What it is used for now.
    enum Part: String, WireEnum {
        /// Published, so that everybody knows it before it signs.
        case next
        /// Signs.
        case current
        /// Signed; its last tokens still live.
        case previous
    }

    var part = Part.next
    /// The secret, in hex.
    var seed = ""
    /// When it took this part, in milliseconds since the Unix epoch.
    var since = 0

    static let fields = Fields<StoredKey>(
        field("part", \.part),
        field("seed", \.seed, .length(64...64)),
        field("since_ms", \.since)
    )
}
