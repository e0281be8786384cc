internal import Artifacts
internal import Contracts
internal import Diagnostics
internal import Languages
internal import Sandbox

/// A request, checked and translated into the one command that answers it.
struct CompilerJob: Sendable {
    enum Purpose: String {
        case build, check
    }

    let found: FoundLanguage
    let entry: SourcePath
    /// The same for requests that must get the same answer.
    let key: Digest256
    /// Nil when the language has no such step.
    let command: LanguageCommand?
    private let purpose: Purpose
    private let sources: [SourceFile]
    private let files: [SandboxFile]

    /// - Throws: `Problem` for a language that is not here, a path that comes twice, an entry that is not
    /// there.
    init(_ request: CompilationRequest, _ languages: LanguageBook, purpose: Purpose = .build) throws(Problem)
    {
        found = try languages.language(request.language)
        self.purpose = purpose
        let contents = zip(request.files, try request.files.allBytes()).sorted { $0.0.path < $1.0.path }
        sources = contents.map(\.0)
        entry = try Self.entry(request)
        key = Self.key(languages.fingerprint(of: found), purpose, request.optimization, entry, sources)
        let inputs = Self.inputs(found, entry, sources, request.optimization)
        command = purpose == .build ? found.compileCommand(inputs) : found.checkCommand(inputs)
        try request.files.checkPaths(beside: (command?.files ?? [:]).keys.sorted())
        files = Self.boxFiles(contents, command)
    }

    private static func entry(_ request: CompilationRequest) throws(Problem) -> SourcePath {
        guard let entry = request.entry else { return request.files.first?.path ?? .zero }
        guard request.files.contains(where: { $0.path == entry }) else {
            throw .refusal("/entry", .notAllowed, "\(entry) is none of the files")
        }
        return entry
    }

    private static func inputs(
        _ found: FoundLanguage, _ entry: SourcePath, _ sources: [SourceFile], _ optimization: Optimization
    ) -> CommandInputs {
        // What is started comes first: linkers and interpreters look at it that way.
        let others = found.sources(among: sources.map(\.path.text)).filter { $0 != entry.text }
        return CommandInputs(
            entry: entry.text, sources: [entry.text] + others, workingDirectory: Sandbox.box,
            optimization: optimization.rawValue)
    }

    private static func key(
        _ tools: Digest256, _ purpose: Purpose, _ optimization: Optimization, _ entry: SourcePath,
        _ sources: [SourceFile]
    ) -> Digest256 {
        let digest = ContentDigest()
        digest.add("codecollab \(purpose.rawValue) 1")
        digest.add(tools.text)
        digest.add(optimization.rawValue)
        digest.add(entry.text)
        for file in sources {
            digest.add(file.path.text)
            digest.add(file.encoding.rawValue)
            digest.add(file.content)
        }
        return digest.finish()
    }

    private static func boxFiles(
        _ contents: [(file: SourceFile, bytes: [UInt8])], _ command: LanguageCommand?
    ) -> [SandboxFile] {
        var files = contents.map { SandboxFile(path: $0.file.path.text, bytes: $0.bytes) }
        let names = Set(files.map(\.path))
        for (name, text) in command?.files ?? [:] where !names.contains(name) {
            files.append(SandboxFile(path: name, bytes: Array(text.utf8)))
        }
        return files
    }

    /// The tool that speaks for the language and its version, e.g. `gcc 12.2.0`.
    var toolchain: String {
        guard let tool = found.mainTool else { return "" }
        let name = tool.path.split(separator: "/").last.map(String.init) ?? tool.name
        return tool.version.isEmpty ? name : "\(name) \(tool.version)"
    }

    /// What makes the artifact inside the sandbox; a directory comes out as one archive.
    var spec: SandboxSpec {
        guard let command else {
            preconditionFailure("a job without a command is answered without a sandbox")
        }
        return SandboxSpec(
            profile: .compile,
            argv: isDirectoryBuild ? BuildProduct.archiving(command.argv, output) : command.argv,
            environment: command.environment, files: files,
            mounts: command.mounts.map { ReadOnlyMount(source: $0) },
            limits: limits(command.limits), collect: collected, streamsOutput: false)
    }

    private func limits(_ step: StepLimits) -> SandboxLimits {
        SandboxLimits(
            cpu: .milliseconds(step.cpuMilliseconds ?? 10_000),
            wall: .milliseconds(step.wallMilliseconds ?? 20_000),
            memoryBytes: step.memoryBytes ?? 512 << 20, processes: step.processes ?? 64, openFiles: 1024,
            fileBytes: ArtifactStore.Limits.artifactBytes, diskBytes: Limits.diskBytes, inodes: Limits.inodes,
            stdoutBytes: Limits.outputBytes, stderrBytes: Limits.outputBytes)
    }

    private var isDirectoryBuild: Bool { purpose == .build && found.language.compile?.artifact == .directory }
    private var output: String { found.language.compile?.output ?? "" }

    private var collected: [String] {
        guard purpose == .build else { return [] }
        return [isDirectoryBuild ? BuildProduct.archive : output]
    }

    /// What is started in a directory artifact.
    var entryPoint: String {
        EntryPoint.name(
            found.language.compile?.entryPoint ?? "", entry: entry,
            text: sources.first { $0.path == entry }?.content ?? "")
    }

    var sourceTexts: SourceTexts { SourceTexts(sources, workingDirectory: Sandbox.box) }
}
