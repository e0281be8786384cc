internal import Contracts
internal import GRDB
internal import ServiceKit
internal import Storage
internal import SystemKit

/// What a run can go without: live text, analysis, profile. Each failure is told in `degraded`.
extension RunConduct {
    /// The files to run: a snippet's own, or the session's with what its editors have typed since.
    func sources() async throws -> [SourceFile] {
        guard let session = spec.sessionID else { return spec.files }
        let pinned = spec.pinned
        let (files, marks) = try await ledger.store.read { database in
            let files = try pinned.map { entry in
                let bytes = try SessionLedger.content(entry.digest, of: session, in: database) ?? []
                return SourceFile.with {
                    $0.path = entry.path
                    $0.content = FileContent.text(bytes, entry.encoding)
                    $0.encoding = entry.encoding
                }
            }
            return (files, try LiveMarks.known(pinned, of: session, in: database))
        }
        return marks.isEmpty ? files : await livened(files, marks, of: session)
    }

    private func livened(
        _ files: [SourceFile], _ marks: [SourcePath: Int], of session: SessionID
    ) async -> [SourceFile] {
        do {
            let live = try await within(Limits.liveTextPatience, "collab") { [documents] in
                var live: [SourcePath: LiveFile] = [:]
                try await documents.read(marks, of: session) { live[$0] = $1.isLive ? $1 : nil }
                return live
            }
            journal.update { run in
                run.liveSources = live.sorted { $0.key < $1.key }.map { path, file in
                    .with { ($0.path, $0.sequence) = (path, file.sequence) }
                }
            }
            return files.map { file in live[file.path]?.text.map { SourceFile(file.path, $0) } ?? file }
        } catch {
            degrade("collab", error)
            return files
        }
    }

    /// Findings of the analysers, if they come before the program's end or soon after it.
    func analyze(_ files: [SourceFile]) async {
        guard spec.wantsAnalysis else { return }
        let errand = errand
        let request = AnalysisRequest.with {
            $0.files = files
            $0.language = spec.language
        }
        await extra("ai") { [peers] in
            let analysis = try await peers.analyze(request, errand)
            return {
                $0.findings = analysis.findings
                $0.degraded += analysis.degraded
            }
        }
        if let findings = journal.run.findings { journal.note(.findings) { $0.findings = findings } }
    }

    /// The profile of an execution.
    func profile(_ id: ExecutionID) async {
        guard spec.wantsProfile else { return }
        let errand = errand
        let request = ProfileRequest.with {
            $0.executionID = id
            $0.runID = journal.run.id
        }
        await extra("profiler") { [peers] in
            let profile = try await peers.profile(request, errand)
            return { $0.profileID = profile.id }
        }
    }

    /// Adds to the record what `body` brings, unless it fails or outlasts the program by too much.
    private func extra(
        _ part: String, _ body: @escaping @Sendable () async throws -> @Sendable (inout Run) -> Void
    ) async {
        do {
            let change = try await withThrowingTaskGroup(of: (@Sendable (inout Run) -> Void).self) { group in
                group.addTask { try await body() }
                group.addTask { [ended] in
                    await ended.wait()
                    try await Task.sleep(for: Limits.extrasPatience)
                    throw PeerFailure(part, .late)
                }
                defer { group.cancelAll() }
                return try await group.next() ?? { _ in }
            }
            journal.update(change)
        } catch is CancellationError {
            return
        } catch {
            degrade(part, error)
        }
    }

    private func degrade(_ part: String, _ error: any Error) {
        let problem = (error as? Problem) ?? (error as? any ProblemConvertible)?.problem
        let degradation = Degradation(
            part: part, code: problem?.code ?? .internalError, detail: problem?.detail ?? "\(part) failed")
        journal.update { $0.degraded.append(degradation) }
    }
}
