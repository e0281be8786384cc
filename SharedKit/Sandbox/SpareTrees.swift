internal import Glibc
internal import SystemKit

/// Read-only clones of what was run lately, made while nobody waits: a program that is run again and again
/// (cases, repeats, a judge's queue) need not wait for the mounter.
///
/// A clone is of a file, not of a path: what is found under a path by then is another file if it was
/// replaced. Each is used once. Only what came twice is kept ready, and not for long, for a clone keeps its
/// file.
final class SpareTrees: Sendable {
    fileprivate enum Limits {
        /// Files that are remembered at once; of those that came once, the first goes for a new one.
        static let files = 16
        /// Ready clones of one file.
        static let ready = 2
        /// How long a file is remembered that nobody asks for, in nanoseconds.
        static let memory: UInt64 = 10_000_000_000
    }

    fileprivate struct File: Hashable {
        let device: UInt64
        let inode: UInt64

        /// Nil for what cannot be looked at.
        init?(_ opened: SharedFD) {
            var status = stat()
            guard fstat(opened.descriptor.number, &status) == 0 else { return nil }
            (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
        }
    }

    fileprivate struct Stock {
        /// From its second use on; before, nothing of it is kept.
        var opened: SharedFD?
        var trees: [SharedFD] = []
        var lastUse: UInt64
    }

    private let stocks = Locked<[File: Stock]>([:])

    /// A clone for each of a run's mounts if all are ready; notes the use either way.
    func take(for host: HostFiles, at now: UInt64) -> [SharedFD]? {
        if host.trees.isEmpty { return [] }
        let files = host.trees.compactMap { File($0.opened) }
        guard files.count == host.trees.count, Set(files).count == files.count else { return nil }
        return stocks.withLock { stocks in
            for (file, tree) in zip(files, host.trees) { stocks.use(file, tree.opened, now) }
            guard files.allSatisfy({ stocks[$0]?.trees.isEmpty == false }) else { return nil }
            return files.compactMap { stocks[$0]?.trees.popLast() }
        }
    }

    /// Makes what is missing, with whoever clones.
    func refill(_ clone: ([CInt]) throws(SandboxFailure) -> [SharedFD]) {
        while let (file, opened) = missing() {
            let trees = ignoring("who needs it clones it, and hears why not") {
                try clone([opened.descriptor.number])
            }
            guard let tree = trees?.first else { return }
            stocks.withLock { $0[file]?.trees.append(tree) }
        }
    }

    private func missing() -> (File, SharedFD)? {
        stocks.withLock { stocks in
            for (file, stock) in stocks where stock.trees.count < Limits.ready {
                if let opened = stock.opened { return (file, opened) }
            }
            return nil
        }
    }

    /// Forgets what nobody asks for.
    func expire(at now: UInt64) {
        let gone = stocks.withLock { stocks in
            let old = stocks.filter { $0.value.lastUse + Limits.memory <= now }
            for file in old.keys { stocks[file] = nil }
            return old
        }
        // Let go of outside the lock: it takes a while.
        withExtendedLifetime(gone) {}
    }

    /// When there is something to forget.
    var nextLook: UInt64? { stocks.withLock { $0.values.map(\.lastUse).min().map { $0 + Limits.memory } } }
}

extension [SpareTrees.File: SpareTrees.Stock] {
    fileprivate mutating func use(_ file: Key, _ opened: SharedFD, _ now: UInt64) {
        if var stock = self[file] {
            stock.opened = stock.opened ?? opened
            stock.lastUse = now
            self[file] = stock
            return
        }
        if count >= SpareTrees.Limits.files {
            let once = filter { $0.value.opened == nil }
            guard let oldest = once.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
            self[oldest.key] = nil
        }
        self[file] = SpareTrees.Stock(lastUse: now)
    }
}
