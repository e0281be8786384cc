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
        guard access(path, F_OK) == 0 || errno != ENOENT else { return nil }
        return try decode(FileBytes.read(path, atMost: 65_536))
    }

    /// Puts the keys on the disk for good: either the old file or the new one is there after a crash.
    /// - Throws: `SystemFailure`.
    func write(_ path: String) throws(SystemFailure) {
        try FileBytes.replace(path, with: encode())
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
