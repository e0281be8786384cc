internal import Contracts
internal import Languages

/// A submission's request, checked by Judge0's rules and translated into ours.
struct Judge0Check {
    /// What is wrong, by field, in Judge0's words.
    private(set) var complaints: [(field: String, words: String)] = []
    private let body: Judge0Request
    private let isBase64: Bool

    init(_ body: Judge0Request, isBase64: Bool) {
        self.body = body
        self.isBase64 = isBase64
    }

    /// The complaints as Judge0 answers them: lists by field.
    var answer: Judge0Submission {
        var fields: [String] = []
        for complaint in complaints where !fields.contains(complaint.field) { fields.append(complaint.field) }
        return Judge0Submission(
            fields.map { field in
                let words = complaints.filter { $0.field == field }.map { JSONValue.string($0.words) }
                return JSONMember(field, .array(words))
            })
    }

    /// The submission, or nil when there are complaints.
    mutating func submission(_ runtimes: RuntimeBook) -> Judge0Order? {
        let source = text(body.sourceCode)
        if source.isEmpty { complain("source_code", "can't be blank") }
        checkRefusals()
        let numbers = checkedNumbers()
        guard let (line, found) = language(runtimes), complaints.isEmpty else { return nil }
        var order = Judge0Order(line: line, language: found, numbers: numbers)
        order.source = source
        order.stdin = body.stdin.map(text)
        order.expected = body.expectedOutput.map(text)
        order.redirectsStderr = body.redirectsStderr ?? false
        order.isTimePerProcess = body.isTimePerProcess ?? false
        order.isMemoryPerProcess = body.isMemoryPerProcess ?? false
        order.commandLine = body.commandLineArguments
        order.archive = body.additionalFiles
        order.request = request(order)
        return complaints.isEmpty ? order : nil
    }

    private mutating func complain(_ field: String, _ words: String) { complaints.append((field, words)) }

    private func text(_ text: String?) -> [UInt8] {
        guard let text else { return [] }
        return isBase64 ? EncodedBytes.decodeLoosely(text) : Array(text.utf8)
    }

    private mutating func language(_ runtimes: RuntimeBook) -> (Judge0Tables.Line, FoundLanguage)? {
        guard let number = body.languageID?.value else {
            complain("language_id", "can't be blank")
            return nil
        }
        let id = Int(exactly: number)
        guard let line = Judge0Tables.languages.first(where: { $0.id == id }),
            let found = runtimes.named(line.language)
        else {
            complain("language_id", "language with id \(id.map(String.init) ?? "\(number)") doesn't exist")
            return nil
        }
        return (line, found)
    }

    /// What this installation does not allow; the words are those of Judge0 where it is set up so.
    private mutating func checkRefusals() {
        if body.compilerOptions?.isEmpty == false {
            complain("compiler_options", "setting compiler options is not allowed")
        }
        if body.callbackURL?.isEmpty == false { complain("callback_url", "setting callback is not allowed") }
        if body.enablesNetwork == true { complain("enable_network", "enabling network is not allowed") }
        if (body.commandLineArguments?.utf8.count ?? 0) > 512 {
            complain("command_line_arguments", "is too long (maximum is 512 characters)")
        }
    }

    private mutating func checkedNumbers() -> [String: Double] {
        let given: [String: LooseNumber?] = [
            "cpu_time_limit": body.cpuTimeLimit, "cpu_extra_time": body.cpuExtraTime,
            "wall_time_limit": body.wallTimeLimit, "memory_limit": body.memoryLimit,
            "stack_limit": body.stackLimit, "max_processes_and_or_threads": body.processes,
            "max_file_size": body.maxFileSize, "number_of_runs": body.numberOfRuns,
        ]
        var numbers: [String: Double] = [:]
        for bound in Judge0Tables.bounds {
            guard let value = given[bound.name]??.value else { continue }
            numbers[bound.name] = value
            let least = Judge0Text.number(bound.least)
            if bound.isOpen && value <= bound.least {
                complain(bound.name, "must be greater than \(least)")
            } else if value < bound.least {
                complain(bound.name, "must be greater than or equal to \(least)")
            } else if value > bound.most {
                complain(bound.name, "must be less than or equal to \(Judge0Text.number(bound.most))")
            }
        }
        return numbers
    }

    private mutating func request(_ order: Judge0Order) -> ExecutionRequest {
        var request = ExecutionRequest()
        request.language = order.language.id
        request.limits = order.limits
        request.stdin = String(decoding: order.stdin ?? [], as: UTF8.self)
        do {
            request.arguments = try Judge0Text.words(of: order.commandLine ?? "").map {
                try ProgramArgument($0)
            }
        } catch {
            complain("command_line_arguments", "is invalid")
        }
        do {
            request.files = try order.files()
        } catch {
            complain("additional_files", "\(error)")
        }
        if order.runs > 1 { request.repetitions = order.runs }
        if order.runs * (request.limits.wallMilliseconds ?? 0) > Limits.executionSeconds * 1000 {
            complain("number_of_runs", "must be less with this wall_time_limit")
        }
        return request
    }
}

/// A submission as it was asked for.
struct Judge0Order: Sendable {
    let line: Judge0Tables.Line
    let language: FoundLanguage
    /// The numeric settings that were given.
    let numbers: [String: Double]
    var source: [UInt8] = []
    var stdin: [UInt8]?
    var expected: [UInt8]?
    var redirectsStderr = false
    var isTimePerProcess = false
    var isMemoryPerProcess = false
    var commandLine: String?
    /// A zip archive in base64.
    var archive: String?
    /// The same in our words.
    var request = ExecutionRequest()

    init(line: Judge0Tables.Line, language: FoundLanguage, numbers: [String: Double]) {
        self.line = line
        self.language = language
        self.numbers = numbers
    }

    /// How often the program is run.
    var runs: Int { Int(setting("number_of_runs")) }

    /// A numeric setting, or its default.
    func setting(_ name: String) -> Double {
        numbers[name] ?? Judge0Tables.bounds.first { $0.name == name }?.usual ?? 0
    }

    /// Ours. Memory and processes that were not asked for are what the language needs, if that is more.
    var limits: RunLimits {
        let needs = language.language.run.limits
        var limits = RunLimits()
        limits.cpuMilliseconds = max(1, Int(setting("cpu_time_limit") * 1000))
        limits.wallMilliseconds = Int(setting("wall_time_limit") * 1000)
        let memory = max(4 << 20, Int(setting("memory_limit")) << 10)
        let isAsked = numbers["memory_limit"] != nil
        limits.memoryBytes = isAsked ? memory : max(memory, needs.memoryBytes ?? 0)
        limits.stackBytes = max(64 << 10, Int(setting("stack_limit")) << 10)
        let processes = Int(setting("max_processes_and_or_threads"))
        limits.processes =
            numbers["max_processes_and_or_threads"] != nil ? processes : max(processes, needs.processes ?? 0)
        limits.fileBytes = Int(setting("max_file_size")) << 10
        return limits
    }

    /// The program and what the archive holds.
    func files() throws(ArchiveFault) -> [SourceFile] {
        var files: [SourceFile] = []
        if let archive { files = try ZipArchive.files(of: EncodedBytes.decodeLoosely(archive)) }
        files.removeAll { $0.path.text == line.source }
        var main = SourceFile()
        do throws(WireFault) { main.path = try SourcePath(line.source) } catch { throw .name(line.source) }
        (main.content, main.encoding) = EncodedBytes.encode(source)
        return [main] + files
    }
}
