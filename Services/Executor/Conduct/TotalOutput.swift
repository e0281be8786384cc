internal import Sandbox

/// The sandbox's word for an output stream, where the contract has the same.
typealias SandboxOutput = CapturedOutput

/// The bound of both output streams together.
enum TotalOutput {
    /// Cuts what is more than the bound, standard output first to stay, and says so in the verdict.
    /// - Parameter isCancelled: whether somebody wanted the end; otherwise it was the bound that ended it.
    static func cut(_ result: SandboxResult, to bound: Int, isCancelled: Bool) -> SandboxResult {
        guard result.stdout.totalBytes + result.stderr.totalBytes > bound else { return result }
        var result = result
        result.stdout = cut(result.stdout, bound)
        result.stderr = cut(result.stderr, bound - result.stdout.bytes.count)
        result.flags.insert(.outputLimit)
        if !isCancelled { result.flags.remove(.cancelled) }
        let isWeaker = rank(result.verdict) > rank(.outputLimit)
        if isWeaker { result.verdict = .outputLimit }
        return result
    }

    private static func cut(_ output: CapturedOutput, _ bound: Int) -> CapturedOutput {
        var output = output
        guard output.bytes.count > bound else { return output }
        output.bytes = Array(output.bytes.prefix(bound))
        output.isTruncated = true
        return output
    }

    private static func rank(_ verdict: SandboxVerdict) -> Int {
        SandboxVerdict.allCases.firstIndex(of: verdict) ?? 0
    }
}
