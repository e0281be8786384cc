internal import Contracts

/// What changed between two texts, line by line (Myers' algorithm, from the standard library).
enum LineDifference {
    static func hunks(_ old: String, _ new: String) -> [DifferenceHunk] {
        let (old, new) = (lines(old), lines(new))
        let head = zip(old, new).prefix { $0 == $1 }.count
        let (oldRest, newRest) = (old.dropFirst(head).reversed(), new.dropFirst(head).reversed())
        let tail = zip(oldRest, newRest).prefix { $0 == $1 }.count
        let oldMiddle = Array(old[head..<old.count - tail])
        let newMiddle = Array(new[head..<new.count - tail])
        if oldMiddle.isEmpty && newMiddle.isEmpty { return [] }
        guard oldMiddle.count + newMiddle.count <= Limits.differenceLines else {
            return [hunk(head, head, oldMiddle, newMiddle)]
        }
        return compare(oldMiddle, newMiddle, offset: head)
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    private static func compare(
        _ old: [Substring], _ new: [Substring], offset: Int
    ) -> [DifferenceHunk] {
        let difference = new.difference(from: old)
        let removed = Set(difference.removals.map(\.place))
        let added = Set(difference.insertions.map(\.place))
        var hunks: [DifferenceHunk] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            let (oldStart, newStart) = (left, right)
            while removed.contains(left) { left += 1 }
            while added.contains(right) { right += 1 }
            if left > oldStart || right > newStart {
                hunks.append(
                    hunk(
                        offset + oldStart, offset + newStart, Array(old[oldStart..<left]),
                        Array(new[newStart..<right])))
            } else {
                left += 1
                right += 1
            }
        }
        return hunks
    }

    private static func hunk(
        _ oldLine: Int, _ newLine: Int, _ removed: [Substring], _ added: [Substring]
    ) -> DifferenceHunk {
        .with {
            $0.oldLine = oldLine
            $0.newLine = newLine
            $0.removed = removed.map(String.init)
            $0.added = added.map(String.init)
        }
    }
}

extension CollectionDifference.Change {
    /// The place that the change is about.
    fileprivate var place: Int {
        switch self {
        case .insert(let offset, _, _), .remove(let offset, _, _): offset
        }
    }
}
