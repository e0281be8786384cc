internal import Artifacts
internal import Contracts
internal import Languages
internal import Sandbox

/// One program of a request, checked and translated into what the sandbox shall do.
struct ProgramPlan {
    private let request: StageRequest
    private let pointer: String
    private let found: FoundLanguage
    private let program: Program
    private let files: [SandboxFile]
    private let spare: Int

    /// What is started, and how it comes into the sandbox.
    private struct Program {
        var entry = ""
        var path = ""
        var files: [SandboxFile] = []
        var mounts: [ReadOnlyMount] = []
    }

    /// - Parameter pointer: where the program stands in the request, `""` for the request itself.
    /// - Throws: `Problem` for an unknown language, an artifact that is not there, a path that comes twice.
    init(
        _ request: StageRequest, at pointer: String, _ runtimes: RuntimeBook, _ artifacts: ArtifactReader
    ) throws(Problem) {
        self.request = request
        self.pointer = pointer
        found = try runtimes.language(request.language)
        program = try Self.program(request, pointer, found, artifacts)
        files = zip(request.files, try request.files.allBytes(at: pointer)).map { file, bytes in
            SandboxFile(path: file.path.text, bytes: bytes)
        }
        spare = runtimes.warm.spare(found)
    }

    /// What the sandbox shall do, with the request's arguments.
    func spec() throws(Problem) -> SandboxSpec {
        let command = command(request.arguments)
        try request.files.checkPaths(at: pointer, beside: command.files.keys.sorted())
        let names = Set(files.map(\.path))
        var files = files
        for (name, text) in command.files where !names.contains(name) {
            files.append(SandboxFile(path: name, bytes: Array(text.utf8)))
        }
        let limits = limits(command.limits)
        try checkRoom(files + program.files, limits)
        let mounts = command.mounts.map { ReadOnlyMount(source: $0) } + program.mounts
        let environment = command.environment.merging(try environment()) { _, own in own }
        var spec = SandboxSpec(
            argv: command.argv, environment: environment, files: files + program.files, mounts: mounts,
            limits: limits)
        if spare > 0, let script = command.argv.dropFirst().firstIndex(of: program.entry) {
            spec.warm = WarmStart(script: script, spare: spare)
        }
        return spec
    }

    /// The command line with other arguments.
    func argv(_ arguments: [ProgramArgument]) -> [String] { command(arguments).argv }

    private func command(_ arguments: [ProgramArgument]) -> LanguageCommand {
        let memory = request.limits.memoryBytes ?? found.language.run.limits.memoryBytes
        let inputs = CommandInputs(
            entry: program.entry, artifact: program.path, arguments: arguments.map(\.text),
            workingDirectory: Sandbox.box, memoryBytes: memory ?? SandboxLimits().memoryBytes)
        return found.runCommand(inputs)
    }

    private func environment() throws(Problem) -> [String: String] {
        for name in request.environment.keys {
            guard (1...256).contains(name.utf8.count), !name.utf8.contains(where: { $0 == 0x3D || $0 == 0 })
            else {
                throw .refusal("\(pointer)/env", .wrongFormat, "a name has 1 to 256 bytes, no = and no NUL")
            }
        }
        return request.environment.mapValues(\.text)
    }

    private static func program(
        _ request: StageRequest, _ pointer: String, _ found: FoundLanguage, _ artifacts: ArtifactReader
    ) throws(Problem) -> Program {
        var program = Program()
        program.entry = (request.entry ?? request.files.first?.path)?.text ?? ""
        guard found.isCompiled else {
            guard request.files.contains(where: { $0.path.text == program.entry }) else {
                throw .refusal(
                    "\(pointer)/entry", .notAllowed, "\(found.language.name) needs a file to start")
            }
            return program
        }
        guard let digest = request.artifact else {
            let detail = "\(found.language.name) is compiled first: name the artifact"
            throw .refusal("\(pointer)/artifact", .missingField, detail)
        }
        guard let artifact = artifacts.find(digest) else {
            throw Problem(.notFound, "there is no artifact \(digest.text); compile again")
        }
        let name = freeName(request.files.map(\.path.text))
        program.path = "\(Sandbox.box)/\(name)"
        program.entry = artifact.entryPoint ?? program.entry
        switch artifact.kind {
        case .executable:
            program.files = [SandboxFile(path: name, content: .bind(to: artifact.path), mode: 0o755)]
        case .directory: program.mounts = [ReadOnlyMount(source: artifact.path, target: program.path)]
        }
        return program
    }

    /// Where the artifact goes in the box: no file of the request lies there.
    private static func freeName(_ taken: [String]) -> String {
        var name = "program"
        while taken.contains(where: { $0 == name || $0.hasPrefix("\(name)/") }) { name += "_" }
        return name
    }

    /// What the program finds in its box, every file with the bytes it really takes.
    private func checkRoom(_ files: [SandboxFile], _ limits: SandboxLimits) throws(Problem) {
        var room = BoxRoom(diskBytes: limits.diskBytes, inodes: limits.inodes)
        for (index, file) in files.enumerated() {
            var bytes = 0
            if case .bytes(let content) = file.content { bytes = content.count }
            do throws(BoxRoom.Misfit) {
                try room.put(file.path, bytes: bytes)
            } catch {
                let isOwn = index < request.files.count
                let place = isOwn ? "/files/\(index)/\(error.member)" : "/limits"
                throw .refusal("\(pointer)\(place)", .outOfRange, "\(file.path): \(error.detail)")
            }
        }
    }

    /// What the request says, else what the language needs, else the sandbox's defaults.
    private func limits(_ step: StepLimits) -> SandboxLimits {
        let (asked, defaults) = (request.limits, SandboxLimits())
        let cpu = (asked.cpuMilliseconds ?? step.cpuMilliseconds).map { Duration.milliseconds($0) }
        let wall = (asked.wallMilliseconds ?? step.wallMilliseconds).map { Duration.milliseconds($0) }
        return SandboxLimits(
            cpu: cpu ?? defaults.cpu, wall: wall,
            memoryBytes: asked.memoryBytes ?? step.memoryBytes ?? defaults.memoryBytes,
            stackBytes: asked.stackBytes,
            processes: asked.processes ?? step.processes ?? defaults.processes,
            openFiles: asked.openFiles ?? defaults.openFiles,
            fileBytes: asked.fileBytes ?? defaults.fileBytes,
            diskBytes: asked.diskBytes ?? defaults.diskBytes, inodes: asked.inodes ?? defaults.inodes,
            stdoutBytes: asked.outputBytes ?? defaults.stdoutBytes,
            stderrBytes: asked.outputBytes ?? defaults.stderrBytes)
    }
}
