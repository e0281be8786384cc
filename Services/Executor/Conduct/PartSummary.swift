internal import Contracts
internal import Sandbox

/// The results of parts as one result.
struct PartSummary {
    private var parts: [PartResult] = []
    private var last: ExecutionResult?
    private var cpuUser = 0
    private var cpuSystem = 0
    private var setup = 0

    mutating func add(_ part: PartResult, _ own: SandboxResult) {
        parts.append(part)
        let result = SandboxTranslation.result(own)
        cpuUser += result.cpuUserMicroseconds
        cpuSystem += result.cpuSystemMicroseconds
        setup += result.setupMicroseconds
        last = result
    }

    /// One after the other, graded; no output of its own.
    func ofCases(isCancelled: Bool) -> ExecutionResult {
        var result = total(isCancelled)
        (result.stdout, result.stderr) = (CapturedOutput(), CapturedOutput())
        result.wallMicroseconds = parts.map(\.wallMicroseconds).reduce(0, +)
        result.grade = grade
        return result
    }

    /// One after the other; the output is the last one's.
    func ofRepetitions(isCancelled: Bool) -> ExecutionResult {
        var result = total(isCancelled)
        result.wallMicroseconds = parts.map(\.wallMicroseconds).reduce(0, +)
        guard !parts.isEmpty else { return result }
        result.spread = .with {
            $0.count = parts.count
            $0.wallMicroseconds = Spread(of: parts.map(\.wallMicroseconds))
            $0.cpuMicroseconds = Spread(of: parts.map(\.cpuMicroseconds))
            $0.memoryPeakBytes = Spread(of: parts.map(\.memoryPeakBytes))
        }
        return result
    }

    /// At the same time; the output is the last stage's.
    func ofStages() -> ExecutionResult {
        var result = total(false)
        result.wallMicroseconds = parts.map(\.wallMicroseconds).max() ?? 0
        return result
    }

    /// The worst verdict, its part's ending, and sums of what was used.
    private func total(_ isCancelled: Bool) -> ExecutionResult {
        var result = last ?? ExecutionResult()
        if last == nil { result.memoryBasis = "rss" }
        let order = Verdict.allCases
        let worst = parts.min { order.rank($0.verdict) < order.rank($1.verdict) }
        result.verdict = worst?.verdict ?? .ok
        (result.exitCode, result.signal, result.reason) = (worst?.exitCode, worst?.signal, worst?.reason)
        if isCancelled, order.rank(.cancelled) < order.rank(result.verdict) { result.verdict = .cancelled }
        let flags = Set(parts.flatMap(\.flags) + [result.verdict])
        result.flags = order.filter { flags.contains($0) && ($0 != .ok || result.verdict == .ok) }
        result.cpuUserMicroseconds = cpuUser
        result.cpuSystemMicroseconds = cpuSystem
        result.setupMicroseconds = setup
        result.memoryPeakBytes = parts.map(\.memoryPeakBytes).max() ?? 0
        result.processesPeak = nil
        result.parts = parts
        return result
    }

    private var grade: Grade? {
        let grades = parts.compactMap(\.grade)
        guard let first = grades.first else { return nil }
        if grades.allSatisfy({ $0 == .accepted }) { return .accepted }
        if grades.contains(.accepted) { return .partial }
        return grades.contains(.wrongAnswer) ? .wrongAnswer : first
    }
}

extension [Verdict] {
    fileprivate func rank(_ verdict: Verdict) -> Int { firstIndex(of: verdict) ?? count }
}

extension ExecutionResult {
    /// Bytes of text in it, about.
    var contentBytes: Int {
        let own = stdout.content.utf8.count + stderr.content.utf8.count
        let produced = (files ?? []).map(\.content.utf8.count).reduce(0, +)
        let shown = (parts ?? []).map { $0.stdout.content.utf8.count + $0.stderr.content.utf8.count }
        return own + produced + shown.reduce(0, +)
    }
}
