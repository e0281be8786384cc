internal import SystemKit

/// Parked sandboxes, by profile, and how many there should be.
///
/// Sized by use: a start that finds none ready asks for one more, a while in which some were never needed for
/// one less. A sandbox that is taken never comes back.
final class SandboxPool: Sendable {
    enum Limits {
        /// So many starts are looked back on before there is one less.
        static let window = 64
        /// While one is used another waits.
        static let fewest = 2
    }

    fileprivate struct Shelf {
        var cells: [Cell] = []
        var wanted = 0
        var limits = SandboxLimits()
        /// The fewest that were left by a start, and how many starts.
        var leftOver = Int.max
        var starts = 0
    }

    fileprivate struct State {
        var shelves: [SandboxProfile: Shelf] = [:]
        /// Cells nobody needs any more: ended and freed by the workshop.
        var bin: [Cell] = []
        /// Cells of runs, until they are taken apart.
        var lent = 0
        var isPaused = false
        var isClosed = false
    }

    private let state = Locked(State())
    /// Parked sandboxes of one profile, at most.
    private let capacity: Int
    /// Wakes the workshop up.
    private let poke: @Sendable () -> Void

    init(capacity: Int, poke: @escaping @Sendable () -> Void) {
        self.capacity = capacity
        self.poke = poke
    }

    /// One that is ready, else one that is being made, else none: then one more is wanted from now on.
    func take(_ profile: SandboxProfile, limits: SandboxLimits) -> Cell? {
        // Programs whose calls are reported are rare, and not in a hurry.
        guard capacity > 0, profile != .report else { return nil }
        let (cell, mustPoke) = state.withLock { $0.take(profile, limits, capacity) }
        if mustPoke { poke() }
        return cell
    }

    /// A run is over: time to make the next sandbox.
    func refill() { if capacity > 0 { poke() } }

    /// Leaves a cell to the workshop.
    func discard(_ cell: Cell) {
        state.withLock { $0.bin.append(cell) }
        poke()
    }

    // MARK: for the workshop

    func emptyBin() -> [Cell] {
        state.withLock { state in
            defer { state.bin.removeAll() }
            return state.bin
        }
    }

    /// A cell was made for a run, or so many are gone.
    func lend(_ count: Int) { state.withLock { $0.lent += count } }

    /// What is missing, if anything is.
    func missing() -> (SandboxProfile, SandboxLimits)? {
        state.withLock { state in
            guard !state.isPaused, !state.isClosed else { return nil }
            return state.shelves.first { $0.value.cells.count < $0.value.wanted }
                .map { ($0.key, $0.value.limits) }
        }
    }

    func add(_ cell: Cell, _ profile: SandboxProfile) {
        state.withLock { state in
            if state.isClosed { state.throwAway([cell]) } else { state.shelves[profile]?.cells.append(cell) }
        }
    }

    /// None can be made now; the next start tries again.
    func pause() { state.withLock { $0.isPaused = true } }

    /// No more; what is parked goes to the bin.
    func close() {
        state.withLock { state in
            state.isClosed = true
            for profile in state.shelves.keys {
                state.throwAway(state.shelves[profile]?.cells ?? [])
                state.shelves[profile]?.cells = []
            }
        }
        poke()
    }

    /// What there is now.
    var figures: SandboxHost.Figures {
        state.withLock { state in
            var figures = SandboxHost.Figures(inUse: state.lent)
            for shelf in state.shelves.values {
                figures.parked += shelf.cells.count { $0.look() == .ready }
                figures.wanted += shelf.wanted
            }
            return figures
        }
    }
}

extension SandboxPool.State {
    /// Cells that no run had.
    fileprivate mutating func throwAway(_ cells: [Cell]) {
        bin += cells
        lent += cells.count
    }

    fileprivate mutating func take(
        _ profile: SandboxProfile, _ limits: SandboxLimits, _ capacity: Int
    ) -> (Cell?, Bool) {
        guard !isClosed else { return (nil, false) }
        isPaused = false
        var shelf = shelves[profile] ?? SandboxPool.Shelf()
        shelf.limits = limits
        throwAway(shelf.removeBroken())
        let cell = shelf.take()
        shelf.adapt(isHit: cell?.look() == .ready, capacity)
        if cell != nil { lent += 1 }
        defer { shelves[profile] = shelf }
        return (cell, shelf.cells.isEmpty || !bin.isEmpty)
    }
}

extension SandboxPool.Shelf {
    fileprivate mutating func removeBroken() -> [Cell] {
        let broken = cells.filter { $0.look() == .broken }
        if !broken.isEmpty { cells.removeAll { $0.look() == .broken } }
        return broken
    }

    /// The oldest that is ready, else the oldest.
    fileprivate mutating func take() -> Cell? {
        guard !cells.isEmpty else { return nil }
        return cells.remove(at: cells.firstIndex { $0.look() == .ready } ?? 0)
    }

    fileprivate mutating func adapt(isHit: Bool, _ capacity: Int) {
        starts += 1
        leftOver = min(leftOver, cells.count)
        if !isHit {
            wanted = min(max(wanted + 1, SandboxPool.Limits.fewest), capacity)
            (starts, leftOver) = (0, .max)
        } else if starts >= SandboxPool.Limits.window {
            if leftOver > 1 { wanted = max(wanted - 1, SandboxPool.Limits.fewest) }
            (starts, leftOver) = (0, .max)
        }
    }
}
