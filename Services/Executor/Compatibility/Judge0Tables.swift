internal import Contracts

/// Judge0's numbers and words.
enum Judge0Tables {
    /// One of Judge0's languages and which of ours it is.
    struct Line: Sendable {
        let id: Int
        let language: String
        /// What Judge0 calls a program's file.
        let source: String
        /// Numbers of older releases work, but only the full list shows them.
        var isArchived = false
    }

    /// All languages of ours, by the numbers of Judge0 CE 1.13 and 1.14 (db/languages); one of ours stands
    /// for every version of it.
    static let languages: [Line] =
        lines([46], "bash", "script.sh") + lines([48, 49, 50, 75, 103, 104, 110], "c", "main.c")
        + lines([52, 53, 54, 76, 105], "cpp", "main.cpp") + lines([60, 95, 106, 107], "go", "main.go")
        + lines([62, 91], "java", "Main.java") + lines([63, 93, 97, 102], "javascript", "script.js")
        + lines([64], "lua", "script.lua") + lines([68, 98], "php", "script.php")
        + lines([71, 92, 100, 109, 113], "python", "script.py") + lines([72], "ruby", "script.rb")
        + lines([73, 108], "rust", "main.rs") + lines([74, 94, 101], "typescript", "script.ts")
        + lines([83], "swift", "Main.swift") + lines([85], "perl", "script.pl")
        + archived([1, 2], "bash", "script.sh") + archived([4, 5, 6, 7, 8, 9], "c", "main.c")
        + archived([10, 11, 12, 13, 14, 15], "cpp", "main.cpp") + archived([22], "go", "main.go")
        + archived([26, 27, 28], "java", "Main.java") + archived([29, 30], "javascript", "script.js")
        + archived([34, 35], "python", "script.py") + archived([38, 39, 40, 41], "ruby", "script.rb")
        + archived([42], "rust", "main.rs")

    private static func lines(_ ids: [Int], _ language: String, _ source: String) -> [Line] {
        ids.map { Line(id: $0, language: language, source: source) }
    }

    private static func archived(_ ids: [Int], _ language: String, _ source: String) -> [Line] {
        ids.map { Line(id: $0, language: language, source: source, isArchived: true) }
    }

    /// A status by its number, 1 to 14.
    static func status(_ id: Int) -> Judge0Status { statuses[id - 1] }

    /// app/enumerations/status.rb.
    static let statuses: [Judge0Status] = [
        "In Queue", "Processing", "Accepted", "Wrong Answer", "Time Limit Exceeded", "Compilation Error",
        "Runtime Error (SIGSEGV)", "Runtime Error (SIGXFSZ)", "Runtime Error (SIGFPE)",
        "Runtime Error (SIGABRT)", "Runtime Error (NZEC)", "Runtime Error (Other)", "Internal Error",
        "Exec Format Error",
    ].enumerated().map { Judge0Status(id: $0 + 1, description: $1) }

    /// The numeric settings: default, least, most; the maxima go by `max_…`. Those of `wall_time_limit` and
    /// the messages are the documented ones.
    struct Bound: Sendable {
        let name: String
        let usual: Double
        let least: Double
        let most: Double
        /// Whether `least` itself is too little.
        var isOpen = false
    }

    static let bounds = [
        Bound(name: "cpu_time_limit", usual: 5, least: 0, most: 60),
        Bound(name: "cpu_extra_time", usual: 1, least: 0, most: 5),
        Bound(name: "wall_time_limit", usual: 10, least: 1, most: 150),
        Bound(name: "memory_limit", usual: 128_000, least: 2048, most: 2_097_152),
        Bound(name: "stack_limit", usual: 64_000, least: 0, most: 1_048_576),
        Bound(name: "max_processes_and_or_threads", usual: 60, least: 0, most: 512, isOpen: true),
        Bound(name: "max_file_size", usual: 1024, least: 0, most: 262_144),
        Bound(name: "number_of_runs", usual: 1, least: 0, most: 20, isOpen: true),
    ]

    /// What `config_info` answers.
    static let configuration = Judge0Configuration(
        bounds.flatMap { bound in
            [
                JSONMember(bound.name, number(bound.usual)),
                JSONMember("max_\(bound.name)", number(bound.most)),
            ]
        }
            + [
                "maintenance_mode", "enable_compiler_options", "enable_callbacks", "enable_network",
                "allow_enable_network", "enable_per_process_and_thread_time_limit",
                "enable_per_process_and_thread_memory_limit", "redirect_stderr_to_stdout",
                "use_docs_as_homepage",
            ].map { JSONMember($0, false) }
            + [
                "enable_wait_result", "enable_command_line_arguments", "enable_submission_delete",
                "enable_additional_files", "enable_batched_submissions",
                "allow_enable_per_process_and_thread_time_limit",
                "allow_enable_per_process_and_thread_memory_limit",
            ].map { JSONMember($0, true) }
            + [
                JSONMember("allowed_languages_for_compile_options", []),
                JSONMember("max_queue_size", .integer(Int64(Limits.judge0Queue))),
                JSONMember("max_extract_size", .integer(Int64(Limits.archiveBytes >> 10))),
                JSONMember("max_submission_batch_size", .integer(Int64(Limits.judge0Batch))),
                JSONMember("submission_cache_duration", .number(1)), JSONMember("callbacks_max_tries", 0),
                JSONMember("callbacks_timeout", 0),
            ])

    static func number(_ value: Double) -> JSONValue {
        value == value.rounded() ? .integer(Int64(value)) : .number(value)
    }
}
