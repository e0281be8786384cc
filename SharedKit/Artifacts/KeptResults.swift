package import Contracts
private import Glibc
private import SystemKit

/// Answers by key, in memory and on disk, so that neither a second request nor a restart costs a compilation.
package final class KeptResults<Value: Wire>: Sendable {
    private struct State: Sendable {
        var values: [Digest256: (value: Value, usedAt: UInt64)] = [:]
        var clock: UInt64 = 0
        var filesWritten = 0
    }

    private let directory: String?
    private let state = Locked(State())

    /// Kept in memory, and below `directory` (made when it is needed) if one is given.
    package init(directory: String?) {
        self.directory = directory
        prune()
    }

    /// The answer kept for a key; setting nil changes nothing.
    package subscript(key: Digest256) -> Value? {
        get { remembered(key) ?? stored(key) }
        set {
            guard let newValue else { return }
            remember(newValue, key)
            write(newValue, key)
        }
    }

    private func remembered(_ key: Digest256) -> Value? {
        state.withLock { state in
            state.clock += 1
            state.values[key]?.usedAt = state.clock
            return state.values[key]?.value
        }
    }

    private func remember(_ value: Value, _ key: Digest256) {
        state.withLock { state in
            state.clock += 1
            state.values[key] = (value, state.clock)
            guard state.values.count > KeptLimits.results else { return }
            // An eighth at once, so that the sorting is paid seldom.
            for old in state.values.sorted(by: { $0.value.usedAt < $1.value.usedAt }).prefix(
                KeptLimits.results / 8)
            {
                state.values[old.key] = nil
            }
        }
    }

    private func stored(_ key: Digest256) -> Value? {
        guard let directory else { return nil }
        let file = "\(directory)/\(key.text)"
        guard access(file, R_OK) == 0 else { return nil }
        let value = ignoring("a kept result that cannot be read is made again") {
            try Value.decode(FileBytes.read(file, atMost: KeptLimits.resultBytes))
        }
        if let value { remember(value, key) }
        return value
    }

    private func write(_ value: Value, _ key: Digest256) {
        guard let directory else { return }
        ignoring("without the file the result is made again after a restart") {
            mkdir(directory, 0o755)
            try FileBytes.replace("\(directory)/\(key.text)", with: value.encode(), mode: 0o644)
        }
        let isTimeToPrune = state.withLock {
            $0.filesWritten += 1
            return $0.filesWritten % 1024 == 0
        }
        if isTimeToPrune { prune() }
    }

    /// Removes half-written files and, when there are too many, the oldest.
    private func prune() {
        guard let directory, access(directory, R_OK) == 0 else { return }
        let names = ignoring("pruned next time") { try DirectoryListing.names(in: directory) } ?? []
        for name in names where name.hasSuffix(".tmp") { unlink("\(directory)/\(name)") }
        guard names.count > KeptLimits.files else { return }
        let aged = names.map { name in
            var status = stat()
            stat("\(directory)/\(name)", &status)
            return (name, status.st_mtim.tv_sec)
        }
        for (name, _) in aged.sorted(by: { $0.1 < $1.1 }).prefix(names.count - KeptLimits.files * 9 / 10) {
            unlink("\(directory)/\(name)")
        }
    }
}

/// Bounds of kept answers.
private enum KeptLimits {
    /// Answers in memory, about 2 KB each.
    static let results = 4096
    /// Answers on disk.
    static let files = 20_000
    /// Bytes of one answer on disk.
    static let resultBytes = 4 << 20
}
