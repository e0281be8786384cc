internal import Artifacts
internal import Contracts
internal import Sandbox

/// A request, checked and translated into what the sandboxes shall do.
struct ExecutionPlan {
    let planned: PlannedExecution

    /// - Throws: `Problem` for whatever of the request makes no sense.
    init(_ request: ExecutionRequest, _ runtimes: RuntimeBook, _ artifacts: ArtifactReader) throws(Problem) {
        try Self.checkModes(request)
        let program = try ProgramPlan(request.program, at: "", runtimes, artifacts)
        var spec = try program.spec()
        spec.collect = request.collect.map(\.text)
        spec.collectedFiles = ContractLimits.collectedFiles
        spec.collectedBytes = ContractLimits.collectedBytes
        if request.reportsCalls { spec.profile = .report }
        if request.samplesUsage { spec.sampleRate = .milliseconds(Limits.samplingMilliseconds) }
        if let terminal = request.terminal { Self.seat(&spec, at: terminal, request.limits) }
        let staysOpen =
            request.keepsStdinOpen || request.pipeline?.isRing == true || request.terminal != nil
        let input = Array(request.stdin.utf8)
        spec.stdin = staysOpen ? .stream : input.isEmpty ? .empty : .bytes(input)
        // Figures of one execution are to be compared: all of its programs are started the same way.
        if request.cases != nil || request.repetitions != nil { spec.warm = nil }
        let conduct = try Self.conduct(request, spec, program, runtimes, artifacts)
        try Self.checkTime(spec, conduct)
        planned = PlannedExecution(
            spec: spec, firstInput: staysOpen && !input.isEmpty ? input : nil, conduct: conduct,
            totalOutput: Self.outputBound(request), terminal: request.terminal)
    }

    /// Each stream of a program has its own bound; a terminal has none unless its output is kept.
    private static func outputBound(_ request: ExecutionRequest) -> Int {
        let (asked, isRecorded) = (request.limits, request.terminal?.isRecorded ?? false)
        guard isRecorded else { return asked.outputTotalBytes ?? .max }
        return asked.outputTotalBytes ?? asked.outputBytes ?? Limits.recordedBytes
    }

    /// People need more time than programs.
    private static func seat(_ spec: inout SandboxSpec, at terminal: TerminalRequest, _ asked: RunLimits) {
        spec.terminal = TerminalSize(columns: terminal.columns, rows: terminal.rows)
        let wall = min(terminal.wallMilliseconds, asked.wallMilliseconds ?? .max)
        spec.limits.wall = .milliseconds(wall)
        if asked.cpuMilliseconds == nil { spec.limits.cpu = Limits.terminalCPU }
    }

    /// What cannot be asked for together.
    private static func checkModes(_ request: ExecutionRequest) throws(Problem) {
        let modes: [(String, Bool)] = [
            ("/cases", request.cases != nil), ("/repeat", request.repetitions != nil),
            ("/pipeline", request.pipeline != nil), ("/keep_stdin_open", request.keepsStdinOpen),
            ("/terminal", request.terminal != nil),
        ]
        let asked = modes.filter(\.1).map(\.0)
        if asked.count > 1 {
            throw .refusal(asked[1], .notAllowed, "\(asked.joined(separator: ", ")) exclude each other")
        }
        guard request.cases != nil || request.repetitions != nil || request.pipeline != nil else { return }
        if request.samplesUsage {
            throw .refusal("/sample_usage", .notAllowed, "usage is sampled of one program that runs once")
        }
        if request.reportsCalls {
            throw .refusal("/report", .notAllowed, "calls are reported of one program that runs once")
        }
        if !request.collect.isEmpty {
            throw .refusal("/collect", .notAllowed, "files are brought back of one program that runs once")
        }
    }

    private static func conduct(
        _ request: ExecutionRequest, _ spec: SandboxSpec, _ program: ProgramPlan, _ runtimes: RuntimeBook,
        _ artifacts: ArtifactReader
    ) throws(Problem) -> PlannedExecution.Conduct {
        if let cases = request.cases {
            return .cases(try planned(cases, spec, program), stopsEarly: request.stopsAtFirstFailure)
        }
        if let count = request.repetitions { return .repeated(count) }
        guard let pipeline = request.pipeline else { return .single }
        var specs = [spec]
        for (index, stage) in pipeline.stages.enumerated() {
            var spec = try ProgramPlan(stage, at: "/pipeline/stages/\(index)", runtimes, artifacts).spec()
            spec.stdin = .stream
            specs.append(spec)
        }
        return .pipeline(specs, isRing: pipeline.isRing)
    }

    private static func planned(
        _ cases: [CaseRequest], _ spec: SandboxSpec, _ program: ProgramPlan
    ) throws(Problem) -> [PlannedExecution.Case] {
        var planned: [PlannedExecution.Case] = []
        var names: Set<CaseID> = []
        for (index, wanted) in cases.enumerated() {
            let id = wanted.id ?? .numbered(index + 1)
            guard names.insert(id).inserted else {
                throw .refusal("/cases/\(index)/id", .duplicateField, "\(id.text) comes twice")
            }
            var own = spec
            if let arguments = wanted.arguments { own.argv = program.argv(arguments) }
            if let text = wanted.stdin { own.stdin = text.isEmpty ? .empty : .bytes(Array(text.utf8)) }
            planned.append(
                PlannedExecution.Case(
                    id: id, spec: own, expected: wanted.expected.map { Array($0.utf8) },
                    checker: wanted.checker))
        }
        return planned
    }

    /// Parts run one after the other in one place, which nobody may hold for too long.
    private static func checkTime(
        _ spec: SandboxSpec, _ conduct: PlannedExecution.Conduct
    ) throws(Problem) {
        let (count, pointer): (Int, String) =
            switch conduct {
            case .single, .pipeline: (1, "")
            case .cases(let cases, _): (cases.count, "/cases")
            case .repeated(let count): (count, "/repeat")
            }
        guard spec.terminal == nil, spec.limits.wall * count > .seconds(Limits.executionSeconds) else {
            return
        }
        let detail =
            "\(count) times the wall limit is more than \(Limits.executionSeconds) s: lower limits/wall_ms"
        if count > 1 { throw .refusal(pointer, .outOfRange, detail) }
    }
}

/// What the sandboxes shall do.
struct PlannedExecution: Sendable {
    /// How the program is run.
    enum Conduct: Sendable {
        case single
        case cases([Case], stopsEarly: Bool)
        case repeated(Int)
        /// The first is the request's own program.
        case pipeline([SandboxSpec], isRing: Bool)
    }

    /// One case.
    struct Case: Sendable {
        let id: CaseID
        let spec: SandboxSpec
        let expected: [UInt8]?
        let checker: Checker
    }

    let spec: SandboxSpec
    /// What the program is told first when its input stays open.
    let firstInput: [UInt8]?
    let conduct: Conduct
    /// Bytes of both output streams together.
    let totalOutput: Int
    /// Somebody sits at it.
    var terminal: TerminalRequest?
}

extension ExecutionRequest {
    /// The request's own program.
    fileprivate var program: StageRequest {
        .with {
            $0.language = language
            $0.files = files
            $0.entry = entry
            $0.artifact = artifact
            $0.arguments = arguments
            $0.environment = environment
            $0.limits = limits
        }
    }
}
