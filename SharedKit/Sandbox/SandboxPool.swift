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
        var warm: WarmShelves
        /// Cells nobody needs any more: ended and freed by the workshop.
        var bin: [Cell] = []
        /// Cells of runs, until they are taken apart.
        var lent = 0
        var isPaused = false
        var isClosed = false
    }

    private let state: Locked<State>
    /// Parked sandboxes of one profile, at most.
    private let capacity: Int
    private let keepsAny: Bool
    /// Wakes the workshop up.
    private let poke: @Sendable () -> Void

    /// - Parameters:
    ///   - warm: interpreters started ahead, at most.
    init(capacity: Int, warm: Int, poke: @escaping @Sendable () -> Void) {
        self.capacity = capacity
        state = Locked(State(warm: WarmShelves(capacity: warm)))
        keepsAny = capacity > 0 || warm > 0
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
    func refill() { if keepsAny { poke() } }

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

    /// What is missing, if anything is; urgent where none waits.
    func missing() -> (SandboxProfile, SandboxLimits, isUrgent: Bool)? {
        state.withLock { state in
            guard !state.isPaused, !state.isClosed else { return nil }
            let shelves = state.shelves.filter { $0.value.cells.count < $0.value.wanted }
            return shelves.min { $0.value.cells.count < $1.value.cells.count }
                .map { ($0.key, $0.value.limits, $0.value.cells.isEmpty) }
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
            state.throwAway(state.warm.removeAll())
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
            figures.warm = state.warm.ready
            return figures
        }
    }
}

/// Interpreters that were started ahead.
extension SandboxPool {
    /// One that waits for the script of a run with such files; the use is noted either way.
    func take(_ shape: WarmShape, _ files: [SandboxFile], at now: UInt64) -> Cell? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            state.isPaused = false
            let (cell, gone) = state.warm.take(shape, files, at: now)
            state.throwAway(gone)
            if cell != nil { state.lent += 1 }
            return cell
        }
    }

    /// Whether one of a kind waits.
    func isReady(_ shape: WarmShape) -> Bool { state.withLock { $0.warm.isReady(shape) } }

    /// What should be started, if anything should.
    func missingWarm(at now: UInt64) -> WarmShape? {
        state.withLock { state in
            guard !state.isPaused, !state.isClosed else { return nil }
            let (shape, gone) = state.warm.missing(at: now)
            state.throwAway(gone)
            return shape
        }
    }

    func add(_ cell: Cell, _ shape: WarmShape, at now: UInt64) {
        state.withLock { state in
            if state.isClosed { state.throwAway([cell]) } else { state.warm.add(cell, shape, at: now) }
        }
    }

    /// Takes away what nobody has used for a while.
    func expire(at now: UInt64) { state.withLock { $0.throwAway($0.warm.expire(at: now)) } }

    /// Those on their way that have come after everybody else for long enough.
    func hurry(at now: UInt64) -> [Cell] { state.withLock { $0.warm.hurry(at: now) } }

    /// When either is to be looked at again.
    var nextLook: UInt64? { state.withLock { $0.warm.nextLook } }
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
        let (cell, isReady, broken) = shelf.take()
        throwAway(broken)
        shelf.adapt(isHit: isReady, capacity)
        if cell != nil { lent += 1 }
        defer { shelves[profile] = shelf }
        return (cell, shelf.cells.isEmpty || !bin.isEmpty)
    }
}

extension SandboxPool.Shelf {
    /// The oldest that is ready, else the oldest, and those that nobody can use any more. Whoever asks for a
    /// sandbox waits for this: only as many are looked at as must be.
    fileprivate mutating func take() -> (cell: Cell?, isReady: Bool, broken: [Cell]) {
        var broken: [Cell] = []
        var index = 0
        while index < cells.count {
            switch cells[index].look() {
            case .ready: return (cells.remove(at: index), true, broken)
            case .broken: broken.append(cells.remove(at: index))
            case .building: index += 1
            }
        }
        return (cells.isEmpty ? nil : cells.removeFirst(), false, broken)
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
