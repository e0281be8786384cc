internal import Contracts
internal import Diagnostics
internal import Languages
internal import Sandbox

extension CompilerJob {
    /// The answer to a build, as far as it can be told without the store.
    func compilation(of result: SandboxResult, _ verdict: ToolVerdict) -> Compilation {
        let outcome = outcome(of: result, verdict)
        return .with {
            $0.state = verdict.state
            $0.diagnostics = outcome.diagnostics
            $0.cpuMicroseconds = result.cpuUserMicroseconds + result.cpuSystemMicroseconds
            $0.memoryPeakBytes = result.memoryPeakBytes
            $0.toolchain = toolchain
            $0.limit = verdict.limit
            $0.output = rest(outcome)
        }
    }

    /// The answer to a check.
    func report(of result: SandboxResult, _ verdict: ToolVerdict) -> DiagnosticReport {
        .with {
            $0.diagnostics = outcome(of: result, verdict).diagnostics
            $0.cpuMicroseconds = result.cpuUserMicroseconds + result.cpuSystemMicroseconds
            $0.memoryPeakBytes = result.memoryPeakBytes
            $0.toolchain = toolchain
            $0.limit = verdict.limit
        }
    }

    private func outcome(of result: SandboxResult, _ verdict: ToolVerdict) -> DiagnosticParser.Outcome {
        let text =
            String(decoding: result.stderr.bytes, as: UTF8.self) + "\n"
            + String(decoding: result.stdout.bytes, as: UTF8.self)
        var outcome = DiagnosticParser.parse(
            text, as: found.language.diagnostics, tool: found.mainTool?.name ?? "", sources: sourceTexts)
        let isExplained = outcome.diagnostics.contains { $0.severity == .error }
        if verdict.isFailure && !isExplained { outcome.diagnostics.append(unexplained(outcome.rest, result)) }
        return outcome
    }

    /// What the tool made of the sources is no program, though it found nothing wrong with them.
    func fail(_ compilation: inout Compilation, _ reason: String) {
        compilation.state = .failed
        compilation.diagnostics.append(wholeLine(reason))
    }

    /// A tool that failed without a word that we understand still fails in the first line of the entry.
    private func unexplained(_ rest: [String], _ result: SandboxResult) -> Diagnostic {
        let ending =
            result.signal.map { "was ended by signal \($0)" } ?? "ended with code \(result.exitCode ?? -1)"
        return wholeLine(rest.first ?? "the tool \(ending)")
    }

    private func wholeLine(_ message: String) -> Diagnostic {
        .with {
            $0.path = entry
            $0.tool = found.mainTool?.name ?? ""
            $0.message = message
            $0.range = sourceTexts.file(entry.text)?.text.wholeLine(1)
        }
    }

    private func rest(_ outcome: DiagnosticParser.Outcome) -> String? {
        let text = outcome.rest.joined(separator: "\n")
        if text.isEmpty { return nil }
        return String(decoding: text.utf8.prefix(DiagnosticParser.Limits.restBytes), as: UTF8.self)
    }
}
