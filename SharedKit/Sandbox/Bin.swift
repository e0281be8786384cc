internal import SystemKit

/// Lets go of what ended sandboxes had, on a thread of its own: who closes a file system waits until all
/// processors have seen it, and the workshop has others to make meanwhile.
final class Bin: Sendable {
    private let loop: EventLoop
    private let cells = Locked<[Cell]>([])
    /// Held by whoever lets go.
    private let emptying = Locked(())

    init() throws(SystemFailure) {
        loop = try EventLoop()
        try loop.start(name: "sandbox-bin") { [weak self] _ in self?.empty() }
    }

    deinit { loop.stop() }

    /// Lets go of them soon.
    func take(_ cells: [Cell]) {
        if cells.isEmpty { return }
        self.cells.withLock { $0 += cells }
        loop.poke()
    }

    /// Returns when nothing is left.
    func empty() {
        emptying.withLock { _ in
            let cells = cells.withLock { cells in
                defer { cells = [] }
                return cells
            }
            withExtendedLifetime(cells) {}
        }
    }
}
