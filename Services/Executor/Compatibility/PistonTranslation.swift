internal import Contracts
internal import Languages

/// Piston's words in ours, and ours in Piston's.
enum PistonTranslation {
    /// The maxima of a request, milliseconds; Piston's answer to more is 400.
    private static let mostRunMilliseconds = 60_000
    /// What a request without `run_timeout` gets (Piston: configuration, run_timeout).
    private static let usualRunMilliseconds = 3000

    /// The request, checked in the order and with the words of Piston's own checks.
    static func request(
        _ body: PistonRequest, _ runtimes: RuntimeBook
    ) throws(Problem) -> (FoundLanguage, ExecutionRequest) {
        guard let language = body.language, !language.isEmpty else {
            throw wrong("language is required as a string")
        }
        guard let version = body.version, !version.isEmpty else {
            throw wrong("version is required as a string")
        }
        guard let files = body.files else { throw wrong("files is required as an array") }
        for (index, file) in files.enumerated() where file.content == nil {
            throw wrong("files[\(index)].content is required as a string")
        }
        guard let found = runtimes.named(language) else {
            throw wrong("\(language)-\(version) runtime is unknown")
        }
        var request = ExecutionRequest()
        request.language = found.id
        request.files = try sources(files, found)
        request.stdin = body.stdin ?? ""
        request.arguments = try arguments(body.arguments ?? [])
        request.limits = try limits(body)
        return (found, request)
    }

    private static func wrong(_ message: String) -> Problem { Problem(.invalidRequest, message) }

    private static func sources(
        _ files: [PistonFile], _ found: FoundLanguage
    ) throws(Problem) -> [SourceFile] {
        guard !files.isEmpty, files.count <= ContractLimits.filesPerRun else {
            throw wrong("files must have 1 to \(ContractLimits.filesPerRun) elements")
        }
        var sources: [SourceFile] = []
        for (index, file) in files.enumerated() {
            let name = name(file, index, found)
            do throws(WireFault) {
                let bytes = try bytes(file)
                var source = SourceFile(try SourcePath(name), "")
                (source.content, source.encoding) = EncodedBytes.encode(bytes)
                sources.append(source)
            } catch {
                throw wrong("files[\(index)]: \(error.detail)")
            }
        }
        return sources
    }

    /// The main file of a compiled language has the ending that its compiler knows.
    private static func name(_ file: PistonFile, _ index: Int, _ found: FoundLanguage) -> String {
        let given = file.name.flatMap { $0.isEmpty ? nil : $0 }
        guard index == 0 else { return given ?? "file\(index).code" }
        guard let given else { return found.language.source }
        let isKnown = !found.isCompiled || !found.sources(among: [given]).isEmpty
        return isKnown ? given : found.language.source
    }

    private static func bytes(_ file: PistonFile) throws(WireFault) -> [UInt8] {
        let content = file.content ?? ""
        switch file.encoding {
        case "base64": return EncodedBytes.decodeLoosely(content)
        case "hex":
            guard let bytes = hex(Array(content.utf8)) else {
                throw WireFault(.wrongFormat, "content is not hexadecimal")
            }
            return bytes
        default: return Array(content.utf8)
        }
    }

    private static func hex(_ digits: [UInt8]) -> [UInt8]? {
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            let pair = String(decoding: digits[index..<index + 2], as: UTF8.self)
            guard pair.allSatisfy(\.isHexDigit), let byte = UInt8(pair, radix: 16) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func arguments(_ texts: [String]) throws(Problem) -> [ProgramArgument] {
        guard texts.count <= ContractLimits.arguments else {
            throw wrong("args may have at most \(ContractLimits.arguments) elements")
        }
        var arguments: [ProgramArgument] = []
        for text in texts {
            do throws(WireFault) {
                arguments.append(try ProgramArgument(text))
            } catch {
                throw wrong("args: \(error.detail)")
            }
        }
        return arguments
    }

    private static func limits(_ body: PistonRequest) throws(Problem) -> RunLimits {
        let checks: [(String, Int?)] = [
            ("compile_timeout", body.compileTimeout), ("run_timeout", body.runTimeout),
            ("compile_cpu_time", body.compileCPUTime), ("run_cpu_time", body.runCPUTime),
        ]
        for case (let name, let value?) in checks {
            if value < 0 { throw wrong("\(name) must be non-negative") }
            if value > mostRunMilliseconds {
                throw wrong("\(name) cannot exceed the configured limit of \(mostRunMilliseconds)")
            }
        }
        for case (let name, let value?) in [
            ("compile_memory_limit", body.compileMemoryLimit), ("run_memory_limit", body.runMemoryLimit),
        ] where value < -1 || value > 2 << 30 {
            throw wrong("\(name) cannot exceed the configured limit of \(2 << 30)")
        }
        var limits = RunLimits()
        limits.wallMilliseconds = max(1, body.runTimeout ?? usualRunMilliseconds)
        limits.cpuMilliseconds = max(1, body.runCPUTime ?? body.runTimeout ?? usualRunMilliseconds)
        if let bytes = body.runMemoryLimit, bytes > 0 { limits.memoryBytes = max(bytes, 4 << 20) }
        return limits
    }

    static func stage(_ compilation: Compilation) -> PistonStage {
        var stage = PistonStage()
        let report = compilation.report
        stage.output = report
        if compilation.state == .succeeded { stage.stdout = report } else { stage.stderr = report }
        stage.code = .value(compilation.state == .succeeded ? 0 : 1)
        if compilation.state != .succeeded {
            stage.status = .value(compilation.state == .limited ? "TO" : "RE")
            stage.message = .value(
                compilation.limit.map { "the compiler ran into its \($0.rawValue)" }
                    ?? "Exited with error status 1")
        }
        stage.cpuTime = .value(compilation.cpuMicroseconds / 1000)
        stage.wallTime = .value(compilation.wallMicroseconds / 1000)
        stage.memory = .value(compilation.memoryPeakBytes)
        return stage
    }

    static func stage(_ result: ExecutionResult, _ output: [UInt8]) -> PistonStage {
        var stage = PistonStage()
        stage.stdout = String(decoding: result.stdout.bytes, as: UTF8.self)
        stage.stderr = String(decoding: result.stderr.bytes, as: UTF8.self)
        stage.output = String(decoding: output, as: UTF8.self)
        stage.cpuTime = .value((result.cpuUserMicroseconds + result.cpuSystemMicroseconds) / 1000)
        stage.wallTime = .value(result.wallMicroseconds / 1000)
        stage.memory = .value(result.memoryPeakBytes)
        let (status, message) = ending(result)
        (stage.status, stage.message) = (Nullable(status), Nullable(message))
        // Whatever we ended by force was ended by SIGKILL, as isolate does it.
        let signal = result.signal ?? (result.exitCode == nil ? "SIGKILL" : nil)
        (stage.signal, stage.code) = (Nullable(signal), Nullable(signal == nil ? result.exitCode : nil))
        return stage
    }

    /// Piston's status letters and isolate's words for them.
    private static func ending(_ result: ExecutionResult) -> (String?, String?) {
        switch result.verdict {
        case .ok: (nil, nil)
        case .cpuLimit: ("TO", "Time limit exceeded")
        case .wallLimit: ("TO", "Time limit exceeded (wall clock)")
        case .outputLimit:
            result.stdout.isTruncated ? ("OL", "stdout length exceeded") : ("EL", "stderr length exceeded")
        case .memoryLimit: ("SG", "Memory limit exceeded")
        case .nonzeroExit: ("RE", "Exited with error status \(result.exitCode ?? 1)")
        case .internalError, .cancelled: ("XX", result.reason ?? "Internal error")
        case .signalled, .securityViolation, .fileLimit, .processLimit:
            result.signal.map { ("SG", "Caught fatal signal \($0)") }
                ?? ("RE", "Exited with error status \(result.exitCode ?? 1)")
        }
    }
}
