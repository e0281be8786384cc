internal import SystemKit

/// Interpreters that wait for a script, by what they are.
///
/// One is started for what was run twice lately, and waits as long as that is used now and then. Together
/// there are never more than `capacity`: what was used last has precedence.
struct WarmShelves {
    enum Limits {
        /// Nanoseconds after its last use for which a kind is kept: five minutes.
        static let idle: UInt64 = 300_000_000_000
        /// Kinds that are remembered.
        static let kinds = 32
        /// Runs of a kind after which the next is expected.
        static let evidence = 2
        /// Nanoseconds for which one on its way to the script comes after everybody else; then it is an
        /// equal, so that it arrives where there is always somebody.
        static let humility: UInt64 = 300_000_000
        /// Nanoseconds without a use after which a kind is started ahead again that was asked for faster than
        /// it starts: to start one costs more where it is held, and nobody gains.
        static let calm: UInt64 = 50_000_000
        /// Nanoseconds after which one that has not come to its script never will.
        static let patience: UInt64 = 60_000_000_000
        /// Failures to come to the script after which a kind is left alone.
        static let failures = 2
    }

    fileprivate struct Waiting {
        let cell: Cell
        let since: UInt64
        var isHumble = true
    }

    fileprivate struct Shelf {
        var cells: [Waiting] = []
        var uses = 0
        var failures = 0
        var lastUse: UInt64 = 0
        var isRushed = false

        var isCalmFrom: UInt64 { isRushed ? lastUse + Limits.calm : 0 }
    }

    let capacity: Int
    private var shelves: [WarmShape: Shelf] = [:]

    init(capacity: Int) { self.capacity = capacity }

    private var count: Int { shelves.values.reduce(0) { $0 + $1.cells.count } }

    /// How many are at their script.
    var ready: Int { shelves.values.reduce(0) { $0 + $1.cells.count { $0.cell.look() == .ready } } }

    /// Whether one of a kind is at its script.
    func isReady(_ shape: WarmShape) -> Bool {
        shelves[shape]?.cells.contains { $0.cell.look() == .ready } ?? false
    }

    /// One for a run with such files, if there is one; the use is noted either way.
    /// - Returns: also those that nobody can use any more.
    mutating func take(
        _ shape: WarmShape, _ files: [SandboxFile], at now: UInt64
    ) -> (cell: Cell?, gone: [Cell]) {
        guard capacity > 0 else { return (nil, []) }
        var shelf = shelves[shape] ?? Shelf()
        shelf.uses += 1
        if shelf.isCalmFrom <= now { shelf.isRushed = false }
        shelf.lastUse = now
        let gone = shelf.removeUseless(at: now)
        let index = shelf.cells.firstIndex {
            $0.cell.look() == .ready && $0.cell.held.snapshot.isUnaware(of: files)
        }
        let cell = index.map { shelf.cells.remove(at: $0).cell }
        let isOnItsWay = shelf.cells.contains { $0.cell.look() == .building }
        if cell == nil && isOnItsWay { shelf.isRushed = true }
        shelves[shape] = shelf
        return (cell, gone + forget())
    }

    /// What should be started, if anything should; and who has to go for it.
    mutating func missing(at now: UInt64) -> (shape: WarmShape?, gone: [Cell]) {
        let wanted = shelves.filter { shape, shelf in
            shelf.uses >= Limits.evidence && shelf.failures < Limits.failures && !shelf.isRushed
                && shelf.cells.count < min(shape.start.spare, capacity) && now < shelf.lastUse + Limits.idle
        }
        guard let (shape, shelf) = wanted.max(by: { $0.value.lastUse < $1.value.lastUse }) else {
            return (nil, [])
        }
        if count < capacity { return (shape, []) }
        let others = shelves.filter { !$0.value.cells.isEmpty && $0.value.lastUse < shelf.lastUse }
        guard let oldest = others.min(by: { $0.value.lastUse < $1.value.lastUse })?.key,
            let victim = shelves[oldest]?.cells.removeFirst()
        else { return (nil, []) }
        // It has to be wanted again to come back.
        shelves[oldest]?.uses = 0
        return (shape, [victim.cell])
    }

    mutating func add(_ cell: Cell, _ shape: WarmShape, at now: UInt64) {
        shelves[shape, default: Shelf()].cells.append(Waiting(cell: cell, since: now))
    }

    /// Takes away what was not used for too long, and forgets who was in a hurry.
    mutating func expire(at now: UInt64) -> [Cell] {
        for shape in shelves.keys where shelves[shape]?.isCalmFrom ?? 0 <= now {
            shelves[shape]?.isRushed = false
        }
        let old = shelves.filter { $0.value.lastUse + Limits.idle <= now }
        for shape in old.keys { shelves[shape] = nil }
        return old.values.flatMap { $0.cells.map(\.cell) }
    }

    /// Those that have come after everybody else for long enough.
    mutating func hurry(at now: UInt64) -> [Cell] {
        var late: [Cell] = []
        for shape in shelves.keys {
            for index in shelves[shape]?.cells.indices ?? 0..<0 {
                guard let waiting = shelves[shape]?.cells[index], waiting.isHumble,
                    waiting.since + Limits.humility <= now
                else { continue }
                shelves[shape]?.cells[index].isHumble = false
                if waiting.cell.look() == .building { late.append(waiting.cell) }
            }
        }
        return late
    }

    /// When any of that is to be looked at again; nil when nothing waits.
    var nextLook: UInt64? {
        shelves.values.flatMap { shelf in
            shelf.cells.map { $0.isHumble ? $0.since + Limits.humility : shelf.lastUse + Limits.idle }
                + (shelf.isRushed ? [shelf.isCalmFrom] : [])
        }.min()
    }

    mutating func removeAll() -> [Cell] {
        defer { shelves.removeAll() }
        return shelves.values.flatMap { $0.cells.map(\.cell) }
    }

    private mutating func forget() -> [Cell] {
        guard shelves.count > Limits.kinds,
            let oldest = shelves.min(by: { $0.value.lastUse < $1.value.lastUse })
        else { return [] }
        shelves[oldest.key] = nil
        return oldest.value.cells.map(\.cell)
    }
}

extension WarmShelves.Shelf {
    /// Those that are dead, or will never come to their script.
    fileprivate mutating func removeUseless(at now: UInt64) -> [Cell] {
        var gone: [Cell] = []
        cells.removeAll { waiting in
            let look = waiting.cell.look()
            let isStuck = look == .building && waiting.since + WarmShelves.Limits.patience < now
            if look != .broken && !isStuck { return false }
            gone.append(waiting.cell)
            return true
        }
        failures = gone.isEmpty ? (cells.contains { $0.cell.look() == .ready } ? 0 : failures) : failures + 1
        return gone
    }
}
