internal import Contracts
internal import Credentials
internal import SystemKit

/// Sources that were compiled a moment ago, so that compiling them again takes no time worth a commit of
/// its own.
final class WarmBuilds: Sendable {
    private let builds: Locked<Set<Digest>> = Locked([])

    /// Whether the compiler has just seen these sources; a guess that is never relied upon for correctness.
    func contains(_ spec: RunSpec) -> Bool {
        guard let key = Self.key(spec) else { return false }
        return builds.withLock { $0.contains(key) }
    }

    /// Remembers sources that compile.
    func insert(_ spec: RunSpec) {
        guard let key = Self.key(spec) else { return }
        builds.withLock { builds in
            if builds.count >= Limits.warmBuilds { builds.removeAll() }
            builds.insert(key)
        }
    }

    /// Nil for sources so large that hashing them would cost more than it saves.
    private static func key(_ spec: RunSpec) -> Digest? {
        let bytes = spec.files.reduce(0) { $0 + $1.content.utf8.count }
        guard bytes <= Limits.warmBuildBytes else { return nil }
        var sources = RunSpec()
        sources.sessionID = spec.sessionID
        sources.language = spec.language
        sources.entry = spec.entry
        sources.files = spec.files
        sources.pinned = spec.pinned
        return SHA256.hash(sources.encode())
    }
}
