internal import Contracts

/// What several tools found, as one list.
enum Findings {
    /// Each complaint once, worst first, then by place; at most `Limits.findings`.
    static func merged(_ findings: [Diagnostic]) -> [Diagnostic] {
        var kept: [Diagnostic] = []
        for finding in findings where !kept.contains(where: { isSame($0, finding) }) { kept.append(finding) }
        let order = kept.enumerated().sorted { left, right in
            key(left.element, left.offset) < key(right.element, right.offset)
        }
        return order.prefix(Limits.findings).map(\.element)
    }

    /// Two tools that use the same words, or the same code, about the same line mean the same.
    private static func isSame(_ left: Diagnostic, _ right: Diagnostic) -> Bool {
        guard left.path == right.path, left.range?.line == right.range?.line else { return false }
        let isSameCode = left.code != nil && left.code == right.code && left.range == right.range
        return isSameCode || words(left.message) == words(right.message)
    }

    private static func words(_ message: String) -> [Substring] {
        message.lowercased().split { !($0.isLetter || $0.isNumber) }.map { $0 }
    }

    private static func key(_ finding: Diagnostic, _ index: Int) -> (Int, String, Int, Int) {
        let rank = Diagnostic.Severity.allCases.firstIndex(of: finding.severity) ?? 0
        return (rank, finding.path?.text ?? "", finding.range?.startByte ?? 0, index)
    }
}
