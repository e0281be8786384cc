package import Artifacts
package import Contracts
internal import Languages
package import Sandbox
internal import SystemKit

/// Builds and checks programs: in a sandbox, once for each content, at most a few at the same time.
///
/// A request becomes a key (language, tools, flags, files). Who asks for a known key gets the kept answer in
/// microseconds; who asks for a key under way waits for it; only then a tool is started.
package final class CompilerService: Sendable {
    /// Runs a tool in a sandbox.
    package typealias Run = @Sendable (SandboxSpec) async throws -> SandboxResult

    /// The languages.
    package let languages: LanguageBook
    /// What was built.
    package let store: ArtifactStore
    private let run: Run
    /// Where tools wait for a place.
    let lane: Lane
    private let compilations: KeptResults<Compilation>
    private let reports: KeptResults<DiagnosticReport>
    private let building = SingleFlight<Digest256, Compilation>()
    private let checking = SingleFlight<Digest256, DiagnosticReport>()

    /// A compiler over a registry, a store and a sandbox.
    /// - Parameter width: tools that run at once.
    package init(languages: LanguageBook, store: ArtifactStore, width: Int = Limits.width, run: @escaping Run)
    {
        self.languages = languages
        self.store = store
        self.run = run
        lane = Lane(width: width, room: Limits.waiting)
        compilations = KeptResults(directory: "\(store.reader.directory)/results")
        reports = KeptResults(directory: "\(store.reader.directory)/reports")
    }

    /// Builds the program of a request; for a language whose source is run as it is, checks it.
    ///
    /// Runs of such languages start without asking. Only a run that fails is worth the question whether its
    /// source was a program at all, so that nobody's good program waits for a check.
    /// - Throws: `Problem` for a request that makes no sense or an overloaded service; what the sandbox
    /// throws.
    package func compile(_ request: CompilationRequest) async throws -> Compilation {
        let start = monotonicNanoseconds()
        let job = try CompilerJob(request, languages)
        guard job.found.isCompiled else { return try await checkOnly(request, start) }
        if var kept = compilations[job.key], isStillThere(kept) {
            kept.isCached = true
            kept.wallMicroseconds = Self.microseconds(since: start)
            return kept
        }
        var (result, isShared) = try await building.value(for: job.key) { try await build(job) }
        result.isCached = isShared
        result.wallMicroseconds = Self.microseconds(since: start)
        return result
    }

    private func checkOnly(_ request: CompilationRequest, _ start: UInt64) async throws -> Compilation {
        let report = try await check(request)
        return .with {
            $0.state = report.limit != nil ? .limited : report.hasErrors ? .failed : .succeeded
            $0.diagnostics = report.diagnostics
            $0.toolchain = report.toolchain
            $0.limit = report.limit
            $0.isCached = report.isCached
            $0.cpuMicroseconds = report.cpuMicroseconds
            $0.memoryPeakBytes = report.memoryPeakBytes
            $0.wallMicroseconds = Self.microseconds(since: start)
        }
    }

    /// Checks the sources of a request without making anything.
    /// - Throws: as `compile`.
    package func check(_ request: CompilationRequest) async throws -> DiagnosticReport {
        let job = try CompilerJob(request, languages, purpose: .check)
        guard job.command != nil else { return .with { $0.toolchain = job.toolchain } }
        if var kept = reports[job.key] {
            kept.isCached = true
            return kept
        }
        var (report, isShared) = try await checking.value(for: job.key) { try await inspect(job) }
        report.isCached = isShared
        return report
    }

    private func build(_ job: CompilerJob) async throws -> Compilation {
        let result = try await start(job)
        let verdict = try ToolVerdict(result)
        var compilation = job.compilation(of: result, verdict)
        if case .succeeded = verdict {
            try keepArtifact(of: result, job, in: &compilation)
        }
        if verdict.isKept { compilations[job.key] = compilation }
        return compilation
    }

    private func inspect(_ job: CompilerJob) async throws -> DiagnosticReport {
        let result = try await start(job)
        let verdict = try ToolVerdict(result)
        let report = job.report(of: result, verdict)
        if verdict.isKept { reports[job.key] = report }
        return report
    }

    private func start(_ job: CompilerJob) async throws -> SandboxResult {
        do {
            return try await lane.run { try await run(job.spec) }
        } catch let full as Lane.Full {
            throw Problem(.overloaded, "\(full.waiting) compilations are waiting already", retryAfter: 1000)
        }
    }

    private func keepArtifact(
        of result: SandboxResult, _ job: CompilerJob, in compilation: inout Compilation
    ) throws {
        let artifact: StoredArtifact
        do throws(ArtifactFailure) {
            artifact = try BuildProduct.store(result, job, into: store)
        } catch {
            switch error {
            case .tooLarge(let bytes):
                compilation.state = .limited
                compilation.limit = .fileLimit
                compilation.output = "the program of \(bytes) bytes is too large to be kept"
            case .empty: job.fail(&compilation, "no program: the tool succeeded and made nothing")
            case .unfit(let why): job.fail(&compilation, why)
            case .system: throw error
            }
            return
        }
        compilation.artifact = artifact.digest
        compilation.artifactKind = artifact.kind
        compilation.entryPoint = artifact.entryPoint
        compilation.artifactBytes = artifact.bytes
    }

    private func isStillThere(_ kept: Compilation) -> Bool {
        kept.artifact.map { store.reader.find($0) != nil } ?? true
    }

    private static func microseconds(since start: UInt64) -> Int {
        Int((monotonicNanoseconds() - start) / 1000)
    }
}
