internal import Contracts
internal import Credentials
internal import SystemKit

/// What the compiler said a moment ago, so that a program that is run again and again is not sent to it each
/// time. The executor has the last word: an artifact that it does not find is compiled again.
final class WarmBuilds: Sendable {
    /// What is compiled, reduced to a digest; nil for sources so large that hashing costs more than it saves.
    struct Sources: Sendable {
        fileprivate let key: Digest?

        init(_ spec: RunSpec, _ files: [SourceFile]) {
            let bytes = files.reduce(0) { $0 + $1.content.utf8.count }
            guard bytes <= Limits.warmBuildBytes else {
                key = nil
                return
            }
            let request = CompilationRequest.with {
                $0.language = spec.language
                $0.files = files
                $0.entry = spec.entry
            }
            key = SHA256.hash(request.encode())
        }
    }

    private struct Build: Sendable {
        let compilation: Compilation
        let freshUntil: UInt64
    }

    private let builds: Locked<[Digest: Build]> = Locked([:])

    /// What the compiler said about these sources, if that is not long ago.
    func find(_ sources: Sources) -> Compilation? {
        guard let key = sources.key, let build = builds.withLock({ $0[key] }) else { return nil }
        guard monotonicNanoseconds() < build.freshUntil else { return nil }
        return build.compilation
    }

    /// Remembers a compilation that succeeded.
    func keep(_ compilation: Compilation, of sources: Sources) {
        guard let key = sources.key else { return }
        var compilation = compilation
        compilation.isCached = true
        compilation.wallMicroseconds = 0
        let age = UInt64(Limits.warmBuildAge.wholeMilliseconds) * 1_000_000
        let build = Build(compilation: compilation, freshUntil: monotonicNanoseconds() + age)
        builds.withLock { builds in
            if builds.count >= Limits.warmBuilds { builds.removeAll() }
            builds[key] = build
        }
    }

    /// Lets go of a compilation whose artifact is gone.
    func forget(_ sources: Sources) {
        guard let key = sources.key else { return }
        builds.withLock { $0[key] = nil }
    }
}
