internal import Contracts
internal import SystemKit

/// The languages on this machine, as the executor lists them, remembered for a while.
final class Languages: Sendable {
    private struct State {
        var byName: [String: Runtime] = [:]
        var byExtension: [String: Runtime] = [:]
        var freshUntil: UInt64 = 0
    }

    private let peers: any RunPeers
    private let state = Locked(State())

    init(_ peers: any RunPeers) { self.peers = peers }

    /// The language by its name or alias; nil when the list is not to be had.
    /// - Throws: `Problem` (`unknown_language`) naming what there is.
    func find(_ id: LanguageID) async throws -> Runtime? {
        guard let known = await current() else { return nil }
        if let runtime = known.byName[id.text] { return runtime }
        let names = Set(known.byName.values.map(\.language.text)).sorted().joined(separator: ", ")
        throw Problem(.unknownLanguage, "\(id.text) is not on this machine; there is: \(names)")
    }

    /// The language of a file by its name; nil when nothing is known about it.
    func guess(_ path: SourcePath) async -> LanguageID? {
        guard let known = await current(), let ending = path.fileExtension else { return nil }
        return known.byExtension[ending]?.language
    }

    private func current() async -> State? {
        let now = monotonicNanoseconds()
        let known = state.snapshot
        if now < known.freshUntil { return known }
        let runtimes = await ignoring("an old list is better than none") { try await peers.runtimes() }
        guard let runtimes, !runtimes.isEmpty else { return known.byName.isEmpty ? nil : known }
        var fresh = State()
        for runtime in runtimes {
            for name in [runtime.language.text] + runtime.aliases { fresh.byName[name] = runtime }
            for ending in runtime.extensions where fresh.byExtension[ending] == nil {
                fresh.byExtension[ending] = runtime
            }
        }
        fresh.freshUntil = now + UInt64(Limits.runtimesAge.wholeMilliseconds) * 1_000_000
        state.withLock { $0 = fresh }
        return fresh
    }
}
