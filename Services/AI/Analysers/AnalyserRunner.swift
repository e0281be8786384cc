internal import Artifacts
internal import Contracts
internal import Diagnostics
internal import Sandbox
internal import SystemKit

/// Runs analysers: few at a time, each once for the same content.
final class AnalyserRunner: Sendable {
    typealias Run = @Sendable (SandboxSpec) async throws -> SandboxResult

    /// What one analyser contributed.
    struct Contribution: Sendable {
        var findings: [Diagnostic] = []
        var degradation: Degradation?
    }

    private let run: Run
    private let lane: Lane
    private let kept = KeptResults<DiagnosticReport>(directory: nil)
    private let flights = SingleFlight<Digest256, DiagnosticReport>()

    init(width: Int, run: @escaping Run) {
        self.run = run
        lane = Lane(width: width, room: Limits.waiting)
    }

    /// What the analyser found, or why there is nothing of it; an analyser never fails a request.
    /// - Throws: `CancellationError` only.
    func contribution(of job: AnalyserJob) async throws -> Contribution {
        do {
            if let report = kept[job.key] { return Contribution(findings: report.diagnostics) }
            let report = try await flights.value(for: job.key) { try await self.report(of: job) }.value
            return contribution(report, job)
        } catch let full as Lane.Full {
            return missing(job, .overloaded, "\(full.waiting) analyses wait already")
        } catch let cancelled as CancellationError {
            throw cancelled
        } catch {
            return missing(job, .unavailable, "the sandbox could not run it")
        }
    }

    private func contribution(_ report: DiagnosticReport, _ job: AnalyserJob) -> Contribution {
        var contribution = Contribution(findings: report.diagnostics)
        if let limit = report.limit {
            contribution.degradation = Degradation(
                part: job.name, code: .deadlineExceeded, detail: "it was ended: \(limit.rawValue)")
        }
        return contribution
    }

    private func missing(_ job: AnalyserJob, _ code: ProblemCode, _ detail: String) -> Contribution {
        Contribution(degradation: Degradation(part: job.name, code: code, detail: detail))
    }

    private func report(of job: AnalyserJob) async throws -> DiagnosticReport {
        let result = try await lane.run { try await self.run(job.spec) }
        let text =
            String(decoding: result.stderr.bytes, as: UTF8.self) + "\n"
            + String(decoding: result.stdout.bytes, as: UTF8.self)
        let output = job.format == .shellcheck ? String(decoding: result.stdout.bytes, as: UTF8.self) : text
        let outcome = DiagnosticParser.parse(output, as: job.format, tool: job.name, sources: job.sources)
        var report = DiagnosticReport()
        report.diagnostics = outcome.diagnostics
        switch result.verdict {
        case .ok, .nonzeroExit: kept[job.key] = report
        case .cancelled: throw CancellationError()
        case .internalError: throw Problem(.unavailable)
        default: report.limit = Verdict(rawValue: result.verdict.rawValue) ?? .internalError
        }
        return report
    }
}
