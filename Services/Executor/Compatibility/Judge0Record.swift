internal import Contracts
internal import SystemKit

/// One submission: what was asked for, where it stands, how it ended.
final class Judge0Record: Sendable {
    private struct State {
        var status = 1
        var finishedAt: Timestamp?
        var outcome = WholeRun.Outcome()
        var message: String?
    }

    let token: String
    let owner: UserID
    let order: Judge0Order
    private let createdAt: Timestamp
    private let state = Locked(State())

    init(_ order: Judge0Order, owner: UserID, at now: Timestamp) {
        token = Judge0Text.token(randomBytes(16))
        self.order = order
        self.owner = owner
        createdAt = now
    }

    /// Judge0's number of where it stands, 1 to 14.
    var status: Int { state.withLock { $0.status } }

    /// Whether it has ended.
    var isFinished: Bool { status > 2 }

    /// About what it costs to keep, bytes.
    var keptBytes: Int {
        let asked = order.source.count + (order.stdin?.count ?? 0) + (order.expected?.count ?? 0)
        let files = order.request.files.map(\.content.utf8.count).reduce(0, +)
        return state.withLock { state in
            1024 + asked + files + state.outcome.output.count + (state.outcome.result?.contentBytes ?? 0)
        }
    }

    func begin() { state.withLock { $0.status = 2 } }

    func finish(_ outcome: WholeRun.Outcome, at now: Timestamp) {
        let (status, message) = Judge0Verdict.of(outcome, order)
        state.withLock { $0 = State(status: status, finishedAt: now, outcome: outcome, message: message) }
    }

    func fail(_ reason: String, at now: Timestamp) {
        state.withLock { $0 = State(status: 13, finishedAt: now, message: reason) }
    }

    /// An attribute by Judge0's name; bytes stay bytes until it is known how they travel.
    func attribute(_ name: String) -> Judge0Attribute {
        let now = state.snapshot
        switch name {
        case "token": return .json(.string(token))
        case "status": return .json(Self.json(Judge0Tables.status(now.status)))
        case "status_id": return .json(.integer(Int64(now.status)))
        case "created_at": return .json(.string(Instant(milliseconds: createdAt.milliseconds).text))
        case "finished_at":
            return .json(now.finishedAt.map { .string(Instant(milliseconds: $0.milliseconds).text) } ?? .null)
        case "message": return .bytes(now.message.map { Array($0.utf8) })
        case "compile_output": return .text(now.outcome.compilation.map { Array($0.report.utf8) })
        case "language":
            let members = [
                JSONMember("id", .integer(Int64(order.line.id))),
                JSONMember("name", .string(order.language.judge0Name)),
            ]
            return .json(.object(members))
        case "source_code": return .bytes(order.source)
        case "stdin": return .bytes(order.stdin)
        case "expected_output": return .bytes(order.expected)
        default: return resultAttribute(name, now.outcome) ?? settingAttribute(name)
        }
    }

    private func resultAttribute(_ name: String, _ outcome: WholeRun.Outcome) -> Judge0Attribute? {
        let (result, runs) = (outcome.result, Judge0Averages(outcome.result))
        switch name {
        case "stdout":
            return .text(order.redirectsStderr ? outcome.combined : result?.stdout.bytes)
        case "stderr": return .text(order.redirectsStderr ? nil : result?.stderr.bytes)
        case "time": return .json(runs.map { .string(Judge0Text.seconds($0.cpuMicroseconds)) } ?? .null)
        case "wall_time": return .json(runs.map { .string(Judge0Text.seconds($0.wallMicroseconds)) } ?? .null)
        case "memory": return .json(runs.map { .integer(Int64($0.memoryBytes >> 10)) } ?? .null)
        case "exit_code": return .json(result?.exitCode.map { .integer(Int64($0)) } ?? .null)
        case "exit_signal":
            return .json(
                result?.signal.flatMap(SandboxTranslation.number(ofSignal:)).map { .integer(Int64($0)) }
                    ?? .null)
        default: return nil
        }
    }

    private func settingAttribute(_ name: String) -> Judge0Attribute {
        switch name {
        case "language_id": .json(.integer(Int64(order.line.id)))
        case "redirect_stderr_to_stdout": .json(.bool(order.redirectsStderr))
        case "enable_per_process_and_thread_time_limit": .json(.bool(order.isTimePerProcess))
        case "enable_per_process_and_thread_memory_limit": .json(.bool(order.isMemoryPerProcess))
        case "enable_network": .json(false)
        case "command_line_arguments": .json(order.commandLine.map { .string($0) } ?? .null)
        case "additional_files": .json(order.archive.map { .string($0) } ?? .null)
        case _ where Judge0Tables.bounds.contains { $0.name == name }:
            .json(Judge0Tables.number(order.setting(name)))
        default: .json(.null)
        }
    }

    private static func json(_ status: Judge0Status) -> JSONValue {
        .object([
            JSONMember("id", .integer(Int64(status.id))),
            JSONMember("description", .string(status.description)),
        ])
    }
}

/// The value of an attribute.
enum Judge0Attribute {
    case json(JSONValue)
    /// A text that may be base64 on the wire; null when nil.
    case bytes([UInt8]?)

    /// The same, null also when empty, as Judge0 has it for what programs write.
    static func text(_ bytes: [UInt8]?) -> Judge0Attribute {
        .bytes(bytes?.isEmpty == true ? nil : bytes)
    }
}

/// The figures of a submission: averages over its runs.
struct Judge0Averages {
    let cpuMicroseconds: Int
    let wallMicroseconds: Int
    let memoryBytes: Int

    init?(_ result: ExecutionResult?) {
        guard let result else { return nil }
        let count = max(1, result.parts?.count ?? 1)
        cpuMicroseconds = (result.cpuUserMicroseconds + result.cpuSystemMicroseconds) / count
        wallMicroseconds = result.wallMicroseconds / count
        let memory = result.parts?.map(\.memoryPeakBytes).reduce(0, +)
        memoryBytes = memory.map { $0 / count } ?? result.memoryPeakBytes
    }
}

extension WholeRun.Outcome {
    /// Both streams in one; what several runs wrote does not come as it is written.
    var combined: [UInt8]? {
        guard let result else { return nil }
        return result.parts == nil ? output : result.stdout.bytes + result.stderr.bytes
    }
}
