internal import Artifacts
internal import Contracts
internal import Diagnostics
internal import Languages
internal import Sandbox

/// One analyser on the files of one language.
struct AnalyserJob: Sendable {
    /// What findings and degradations name.
    let name: String
    let format: DiagnosticsFormat
    /// The same for jobs that must find the same.
    let key: Digest256
    let spec: SandboxSpec
    let sources: SourceTexts

    private init(
        name: String, format: DiagnosticsFormat, command: LanguageCommand, found: FoundLanguage,
        files: [SourceFile]
    ) throws(WireFault) {
        self.name = name
        self.format = format
        sources = SourceTexts(files, workingDirectory: Sandbox.box)
        key = Self.key(name, command, found, files)
        spec = try Self.spec(command, files)
    }

    /// The language's own check and every analyser of it that is here; the names of those that are not.
    static func all(
        for found: FoundLanguage, files: [SourceFile]
    ) throws(WireFault) -> (jobs: [AnalyserJob], missing: [String]) {
        var jobs: [AnalyserJob] = []
        var missing: [String] = []
        let paths = found.sources(among: files.map(\.path.text))
        guard let entry = paths.first ?? files.first?.path.text else { return ([], []) }
        let inputs = CommandInputs(
            entry: entry, sources: paths.isEmpty ? [entry] : paths, workingDirectory: Sandbox.box)
        if let command = found.checkCommand(inputs) {
            let name = found.mainTool?.name ?? found.id.text
            jobs.append(
                try AnalyserJob(
                    name: name, format: found.language.diagnostics, command: command, found: found,
                    files: files))
        }
        for analyser in found.language.analysers {
            guard let command = found.analyserCommand(analyser, inputs) else {
                missing.append(analyser.name)
                continue
            }
            jobs.append(
                try AnalyserJob(
                    name: analyser.name, format: analyser.diagnostics, command: command, found: found,
                    files: files))
        }
        return (jobs, missing)
    }

    private static func key(
        _ name: String, _ command: LanguageCommand, _ found: FoundLanguage, _ files: [SourceFile]
    ) -> Digest256 {
        let digest = ContentDigest()
        digest.add("codecollab analysis 1")
        digest.add(name)
        digest.add(command.argv.joined(separator: "\u{0}"))
        digest.add(found.stamp)
        for file in files {
            digest.add(file.path.text)
            digest.add(file.encoding.rawValue)
            digest.add(file.content)
        }
        return digest.finish()
    }

    private static func spec(
        _ command: LanguageCommand, _ files: [SourceFile]
    ) throws(WireFault) -> SandboxSpec {
        var boxed: [SandboxFile] = []
        for file in files { boxed.append(SandboxFile(path: file.path.text, bytes: try file.bytes())) }
        for (name, text) in command.files where !files.contains(where: { $0.path.text == name }) {
            boxed.append(SandboxFile(path: name, bytes: Array(text.utf8)))
        }
        let limits = SandboxLimits(
            cpu: .milliseconds(command.limits.cpuMilliseconds ?? 10_000),
            wall: .milliseconds(command.limits.wallMilliseconds ?? 20_000),
            memoryBytes: command.limits.memoryBytes ?? 512 << 20, processes: command.limits.processes ?? 64,
            openFiles: 1024, fileBytes: Limits.diskBytes, diskBytes: Limits.diskBytes,
            stdoutBytes: Limits.outputBytes, stderrBytes: Limits.outputBytes)
        return SandboxSpec(
            profile: .compile, argv: ["/usr/bin/nice", "-n", "\(Limits.niceness)"] + command.argv,
            environment: command.environment, files: boxed,
            mounts: command.mounts.map { ReadOnlyMount(source: $0) }, limits: limits, streamsOutput: false)
    }
}
