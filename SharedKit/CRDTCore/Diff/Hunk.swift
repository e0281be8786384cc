/// A part of a sequence that another sequence has in place of it.
struct Hunk {
    var old: Range<Int>
    var new: Range<Int>
}

/// Shortest edit scripts after Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), greedy form.
enum EditScript {
    /// Appends the hunks, in order, that turn `old` into `new`. What differs by more than `limit` insertions
    /// and deletions becomes one hunk: time and memory grow with their square.
    static func append(
        from old: borrowing Column<UInt32>, to new: borrowing Column<UInt32>, limit: Int,
        into hunks: inout Column<Hunk>
    ) {
        var prefix = 0
        while prefix < min(old.count, new.count) && old[prefix] == new[prefix] { prefix += 1 }
        var suffix = 0
        while suffix < min(old.count, new.count) - prefix
            && old[old.count - suffix - 1] == new[new.count - suffix - 1]
        { suffix += 1 }
        let middle = Hunk(old: prefix..<old.count - suffix, new: prefix..<new.count - suffix)
        if middle.old.isEmpty && middle.new.isEmpty { return }
        var search = EditSearch(middle, limit: min(limit, middle.old.count + middle.new.count))
        guard !middle.old.isEmpty, !middle.new.isEmpty, let distance = search.run(old, new) else {
            return hunks.append(middle)
        }
        search.appendHunks(distance, into: &hunks)
    }
}

/// One search for the shortest way through the grid of two sequences.
private struct EditSearch: ~Copyable {
    private let area: Hunk
    private let limit: Int
    /// Furthest point on each diagonal, shifted by `limit + 1`.
    private var furthest = Column<Int32>()
    /// `furthest` from diagonal -d to d as it was before step d, for all steps.
    private var trace = Column<Int32>()

    init(_ area: Hunk, limit: Int) {
        self.area = area
        self.limit = limit
        furthest.append(repeating: 0, count: 2 * limit + 3)
    }

    /// The number of insertions and deletions, or nil when there are more than the limit.
    mutating func run(_ old: borrowing Column<UInt32>, _ new: borrowing Column<UInt32>) -> Int? {
        let (rows, columns) = (area.old.count, area.new.count)
        for distance in 0...limit {
            trace.append(from: furthest.start + limit + 1 - distance, count: 2 * distance + 1)
            for diagonal in stride(from: -distance, through: distance, by: 2) {
                var x = start(diagonal, distance)
                while x < rows && x - diagonal < columns
                    && old[area.old.lowerBound + x] == new[area.new.lowerBound + x - diagonal]
                { x += 1 }
                furthest[limit + 1 + diagonal] = Int32(x)
                if x >= rows && x - diagonal >= columns { return distance }
            }
        }
        return nil
    }

    /// Where a path of that many edits enters a diagonal: from above by insertion or from the left by
    /// deletion.
    private func start(_ diagonal: Int, _ distance: Int) -> Int {
        guard distance > 0 else { return 0 }
        let left = Int(furthest[limit + diagonal])
        let above = Int(furthest[limit + 2 + diagonal])
        return diagonal == -distance || (diagonal != distance && left < above) ? above : left + 1
    }

    /// The furthest point on a diagonal before step `distance`.
    private func traced(_ diagonal: Int, before distance: Int) -> Int {
        Int(trace[distance * distance + distance + diagonal])
    }

    /// Walks back from the end and appends what was passed, first hunk first.
    func appendHunks(_ distance: Int, into hunks: inout Column<Hunk>) {
        let first = hunks.count
        var (x, y) = (area.old.count, area.new.count)
        var open = Hunk(old: x..<x, new: y..<y)
        for step in stride(from: distance, to: 0, by: -1) {
            let diagonal = x - y
            let isInsertion =
                diagonal == -step
                || (diagonal != step
                    && traced(diagonal - 1, before: step) < traced(diagonal + 1, before: step))
            let from = isInsertion ? diagonal + 1 : diagonal - 1
            let before = traced(from, before: step)
            let after = isInsertion ? (before, before - from + 1) : (before + 1, before - from)
            if after.0 < open.old.lowerBound || after.1 < open.new.lowerBound {
                close(open, into: &hunks)
                open = Hunk(old: after.0..<after.0, new: after.1..<after.1)
            }
            (x, y) = (before, before - from)
            open = Hunk(old: x..<open.old.upperBound, new: y..<open.new.upperBound)
        }
        close(open, into: &hunks)
        var own = UnsafeMutableBufferPointer(start: hunks.start + first, count: hunks.count - first)
        own.reverse()
    }

    private func close(_ hunk: Hunk, into hunks: inout Column<Hunk>) {
        guard !hunk.old.isEmpty || !hunk.new.isEmpty else { return }
        hunks.append(
            Hunk(
                old: hunk.old.lowerBound + area.old.lowerBound..<hunk.old.upperBound + area.old.lowerBound,
                new: hunk.new.lowerBound + area.new.lowerBound..<hunk.new.upperBound + area.new.lowerBound))
    }
}
