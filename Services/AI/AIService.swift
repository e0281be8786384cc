internal import Artifacts
package import Contracts
internal import Diagnostics
package import Languages
package import Sandbox

/// Looks at sources: which language, how big and how tangled, and what the analysers on this machine say.
///
/// Tiers, each independent of the next: detection and metrics need nothing but the text; a language's own
/// check and its analysers need tools and the sandbox. What is missing is named, never an error.
package final class AIService: Sendable {
    private let registry: LanguageRegistry
    private let runner: AnalyserRunner

    /// A service over a registry and a sandbox.
    /// - Parameter width: analysers that run at once.
    package init(
        registry: LanguageRegistry, width: Int = Limits.width,
        run: @escaping @Sendable (SandboxSpec) async throws -> SandboxResult
    ) {
        self.registry = registry
        runner = AnalyserRunner(width: width, run: run)
    }

    /// Which language a text is in.
    package func detect(_ request: DetectionRequest) -> LanguageGuess {
        guard let guess = registry.detect(filename: request.filename, content: request.content) else {
            return LanguageGuess()
        }
        return .with {
            $0.language = guess.language
            $0.confidence = guess.confidence
            $0.evidence = LanguageGuess.Evidence(rawValue: guess.evidence.rawValue) ?? .nothing
        }
    }

    /// Metrics of every file and findings of every analyser that is here.
    /// - Throws: `Problem` for a file that is not what it says it is; `CancellationError`.
    package func analyze(_ request: AnalysisRequest) async throws -> Analysis {
        let files = SortedFiles(request, registry)
        var analysis = Analysis()
        analysis.metrics = files.metrics
        analysis.degraded = files.degraded
        var jobs: [AnalyserJob] = []
        for group in files.groups {
            guard let found = registry.language(group.language.text) else {
                analysis.degraded.append(
                    Degradation(
                        part: group.language.text, code: .unavailable,
                        detail: "its tools are not on this machine"))
                continue
            }
            let (here, missing) = try self.jobs(found, group.files)
            jobs += here
            analysis.degraded += missing.map {
                Degradation(part: $0, code: .unavailable, detail: "it is not on this machine")
            }
        }
        try await collect(jobs, into: &analysis)
        analysis.sarif = SARIF.log(analysis.findings)
        return analysis
    }

    private func jobs(
        _ found: FoundLanguage, _ files: [SourceFile]
    ) throws(Problem) -> (jobs: [AnalyserJob], missing: [String]) {
        do throws(WireFault) {
            return try AnalyserJob.all(for: found, files: files)
        } catch {
            throw Problem(.invalidRequest, "files: \(error.detail)")
        }
    }

    private func collect(_ jobs: [AnalyserJob], into analysis: inout Analysis) async throws {
        let runner = runner
        let contributions = try await withThrowingTaskGroup(of: (Int, AnalyserRunner.Contribution).self) {
            group in
            for (index, job) in jobs.enumerated() {
                group.addTask { (index, try await runner.contribution(of: job)) }
            }
            var all: [(Int, AnalyserRunner.Contribution)] = []
            for try await one in group { all.append(one) }
            return all.sorted { $0.0 < $1.0 }
        }
        analysis.tools = contributions.filter { $0.1.degradation == nil }.map { jobs[$0.0].name }
        analysis.degraded += contributions.compactMap(\.1.degradation)
        analysis.findings = Findings.merged(contributions.flatMap(\.1.findings))
    }
}
