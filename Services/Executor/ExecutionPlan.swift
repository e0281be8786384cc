internal import Artifacts
internal import Contracts
internal import Languages
internal import Sandbox
internal import SystemKit

/// A request, checked and translated into what the sandbox shall do.
struct ExecutionPlan {
    let spec: PlannedExecution

    /// - Throws: `Problem` for an unknown language, an artifact that is not there, a path that comes twice.
    init(_ request: ExecutionRequest, _ runtimes: RuntimeBook, _ artifacts: ArtifactReader) throws(Problem) {
        let found = try runtimes.language(request.language)
        let program = try Self.program(request, found, artifacts)
        let memory = request.limits.memoryBytes ?? found.language.run.limits.memoryBytes
        let inputs = CommandInputs(
            entry: program.entry, artifact: program.path, arguments: request.arguments.map(\.text),
            workingDirectory: Sandbox.box, memoryBytes: memory ?? SandboxLimits().memoryBytes)
        let command = found.runCommand(inputs)
        var files = try Self.files(request)
        let names = Set(files.map(\.path))
        for (name, text) in command.files where !names.contains(name) {
            files.append(SandboxFile(path: name, bytes: Array(text.utf8)))
        }
        let mounts = command.mounts.map { ReadOnlyMount(source: $0) } + program.mounts
        let environment = command.environment.merging(request.environment.mapValues(\.text)) { _, own in own }
        var spec = SandboxSpec(
            argv: command.argv, environment: environment, files: files + program.files, mounts: mounts,
            limits: Self.limits(request.limits, command.limits))
        spec.stdin =
            request.keepsStdinOpen
            ? .stream : request.stdin.isEmpty ? .empty : .bytes(Array(request.stdin.utf8))
        if request.samplesUsage { spec.sampleRate = .milliseconds(Limits.samplingMilliseconds) }
        let firstInput = request.keepsStdinOpen && !request.stdin.isEmpty ? Array(request.stdin.utf8) : nil
        self.spec = PlannedExecution(spec: spec, firstInput: firstInput)
    }

    /// What is started, and how it comes into the sandbox.
    private struct Program {
        var entry = ""
        var path = ""
        var files: [SandboxFile] = []
        var mounts: [ReadOnlyMount] = []
    }

    private static func program(
        _ request: ExecutionRequest, _ found: FoundLanguage, _ artifacts: ArtifactReader
    ) throws(Problem) -> Program {
        var program = Program()
        program.entry = (request.entry ?? request.files.first?.path)?.text ?? ""
        guard found.isCompiled else {
            guard request.files.contains(where: { $0.path.text == program.entry }) else {
                throw refusal("/entry", .notAllowed, "\(found.language.name) needs a file to start")
            }
            return program
        }
        guard let digest = request.artifact else {
            throw refusal(
                "/artifact", .missingField, "\(found.language.name) is compiled first: name the artifact")
        }
        guard let artifact = artifacts.find(digest) else {
            throw Problem(.notFound, "there is no artifact \(digest.text); compile again")
        }
        let name = Self.freeName(request.files.map(\.path.text))
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

    private static func files(_ request: ExecutionRequest) throws(Problem) -> [SandboxFile] {
        var files: [SandboxFile] = []
        var seen: Set<String> = []
        for (index, file) in request.files.enumerated() {
            guard seen.insert(file.path.text).inserted else {
                throw refusal("/files/\(index)/path", .duplicateField, "\(file.path.text) comes twice")
            }
            do throws(WireFault) {
                files.append(SandboxFile(path: file.path.text, bytes: try file.bytes()))
            } catch {
                throw refusal("/files/\(index)/content", error.code, error.detail)
            }
        }
        for (index, file) in request.files.enumerated()
        where seen.contains(where: { $0.hasPrefix("\(file.path.text)/") }) {
            throw refusal("/files/\(index)/path", .notAllowed, "\(file.path.text) is a file and a directory")
        }
        return files
    }

    /// What the request says, else what the language needs, else the sandbox's defaults.
    private static func limits(_ asked: RunLimits, _ step: StepLimits) -> SandboxLimits {
        let defaults = SandboxLimits()
        let cpu = (asked.cpuMilliseconds ?? step.cpuMilliseconds).map { Duration.milliseconds($0) }
        let wall = (asked.wallMilliseconds ?? step.wallMilliseconds).map { Duration.milliseconds($0) }
        return SandboxLimits(
            cpu: cpu ?? defaults.cpu, wall: wall,
            memoryBytes: asked.memoryBytes ?? step.memoryBytes ?? defaults.memoryBytes,
            stackBytes: asked.stackBytes,
            processes: asked.processes ?? step.processes ?? defaults.processes,
            openFiles: asked.openFiles ?? defaults.openFiles,
            fileBytes: asked.fileBytes ?? defaults.fileBytes,
            diskBytes: asked.diskBytes ?? defaults.diskBytes,
            stdoutBytes: asked.outputBytes ?? defaults.stdoutBytes,
            stderrBytes: asked.outputBytes ?? defaults.stderrBytes)
    }

    private static func refusal(_ pointer: String, _ code: WireFault.Code, _ detail: String) -> Problem {
        Problem(
            .invalidRequest, "\(pointer): \(detail)",
            errors: [FieldProblem(pointer: pointer, code: code.rawValue, detail: detail)])
    }
}

/// What the sandbox shall do, and what it is told first when its input stays open.
struct PlannedExecution: Sendable {
    let spec: SandboxSpec
    let firstInput: [UInt8]?
}
