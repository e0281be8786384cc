internal import Contracts
internal import ServiceKit

/// How submissions are answered: which attributes, and whether texts are base64.
struct Judge0Answer {
    /// What is answered unless asked (fields/submission.rb).
    private static let usual = [
        "stdout", "time", "memory", "stderr", "token", "compile_output", "message", "status",
    ]
    private static let all =
        [
            "source_code", "language_id", "stdin", "expected_output", "stdout", "status_id", "created_at",
            "finished_at", "time", "memory", "stderr", "token", "number_of_runs", "cpu_time_limit",
            "cpu_extra_time", "wall_time_limit", "memory_limit", "stack_limit",
            "max_processes_and_or_threads", "enable_per_process_and_thread_time_limit",
            "enable_per_process_and_thread_memory_limit", "max_file_size", "compile_output", "exit_code",
            "exit_signal", "message", "wall_time", "compiler_options", "command_line_arguments",
            "redirect_stderr_to_stdout", "callback_url", "additional_files", "enable_network", "status",
            "language",
        ]

    let isBase64: Bool
    private let fields: [String]
    /// What is wrong with the fields asked for, or nil.
    let refusal: ServerResponse?

    init(_ call: some CallAccess, isBase64: Bool? = nil) {
        self.isBase64 = isBase64 ?? (call.query(text: "base64_encoded") == "true")
        let asked = (call.query(text: "fields") ?? "").split(separator: ",").map(String.init)
        let unknown = asked.filter { $0 != "*" && !Self.all.contains($0) }
        refusal = unknown.isEmpty ? nil : Self.refusal("invalid fields: [\(unknown.joined(separator: ", "))]")
        fields = asked.isEmpty ? Self.usual : asked.contains("*") ? Self.all : asked
    }

    /// 400 with words.
    static func refusal(_ words: String) -> ServerResponse {
        .json(Judge0Error.with { $0.error = words }, status: 400)
    }

    /// A batch that has too few or too many members, or nil.
    static func batchRefusal(_ count: Int) -> ServerResponse? {
        if count == 0 { return refusal("there should be at least one submission in a batch") }
        let limit = Limits.judge0Batch
        guard count > limit else { return nil }
        return refusal("number of submissions in a batch should be less than or equal to \(limit)")
    }

    /// All that is said of a submission nobody waits for.
    static func token(of record: Judge0Record) -> Judge0Submission {
        Judge0Submission([JSONMember("token", .string(record.token))])
    }

    /// A submission with the attributes asked for.
    func submission(_ record: Judge0Record, status: Int = 200) -> ServerResponse {
        if let refusal { return refusal }
        guard let submission = attributes(of: record) else {
            let words =
                "some attributes for this submission cannot be converted to UTF-8, "
                + "use base64_encoded=true query parameter"
            guard status == 201 else { return Self.refusal(words) }
            let members = [JSONMember("token", .string(record.token)), JSONMember("error", .string(words))]
            return .json(Judge0Submission(members), status: 201)
        }
        return .json(submission, status: status)
    }

    /// Some submissions; nil where there is none.
    func batch(_ records: [Judge0Record?], _ page: Judge0Page? = nil) -> ServerResponse {
        if let refusal { return refusal }
        var answer = Judge0Submissions()
        answer.meta = page
        for record in records {
            guard let record else {
                answer.submissions.append(.null)
                continue
            }
            guard let submission = attributes(of: record) else {
                return Self.refusal(
                    "some attributes for one or more submissions cannot be converted to UTF-8, "
                        + "use base64_encoded=true query parameter")
            }
            answer.submissions.append(.value(submission))
        }
        return .json(answer)
    }

    /// Nil when some bytes are no text and were not asked for as base64.
    private func attributes(of record: Judge0Record) -> Judge0Submission? {
        var members: [JSONMember] = []
        for name in fields {
            guard let value = value(record.attribute(name)) else { return nil }
            members.append(JSONMember(name, value))
        }
        return Judge0Submission(members)
    }

    private func value(_ attribute: Judge0Attribute) -> JSONValue? {
        switch attribute {
        case .json(let value): return value
        case .bytes(nil): return .null
        case .bytes(let bytes?):
            if isBase64 { return .string(EncodedBytes.base64Lines(bytes)) }
            return String(validating: bytes, as: UTF8.self).map { .string($0) }
        }
    }
}
