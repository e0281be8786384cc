import HostilePrograms
import Sandbox
import Testing

extension HostileProgram: CustomTestStringConvertible {
    package var testDescription: String { name }

    /// Checks that it came to the end it has to come to, within its limits.
    func expect(_ result: SandboxResult) {
        let detail =
            "\(name): \(result.verdict) \(result.flags) code \(result.exitCode ?? -1)"
            + " signal \(result.signal ?? 0) \(result.stderr.text.prefix(400)) \(result.message ?? "")"
        #expect(verdicts.contains(result.verdict), "\(detail)")
        #expect(flags.isSubset(of: result.flags), "\(detail)")
        if let signal = signal { #expect(result.signal == signal, "\(detail)") }
        #expect(result.stdout.bytes.count <= limits.stdoutBytes)
        #expect(result.stderr.bytes.count <= limits.stderrBytes)
        #expect(result.memoryPeakBytes <= limits.memoryBytes, "\(detail)")
        #expect(result.processesPeak <= limits.processes, "\(detail)")
    }
}
