/// Judge0 CE's API below `/compat/judge0` (github.com/judge0/judge0, release 1.13.1).
public enum Judge0Endpoints {
    private static let base64 = truth("base64_encoded", "Whether texts are base64, both ways.")
    private static let wait = truth("wait", "Whether to answer the finished submission.")
    private static let token = Parameter.path(
        "token", .type("string", [JSONMember("maxLength", 64)]), "The submission.")
    private static let fields = Parameter.query(
        "fields", .type("string", [JSONMember("maxLength", 1024)]),
        "Attributes to answer, separated by commas; `*` for all.")
    private static let tokens = Parameter.query(
        "tokens", .type("string", [JSONMember("maxLength", 1024)]),
        "Tokens of submissions, separated by commas, at most 20.")
    private static let example = #"""
        {"source_code":"#include <stdio.h>\n\nint main(void) {\n  char name[10];\n  scanf(\"%s\", name);\n
          printf(\"hello, %s\\n\", name);\n  return 0;\n}","language_id":"50","stdin":"Judge0",
        "expected_output":"hello, Judge0"}
        """#.replacing("\n", with: "")

    private static func truth(_ name: String, _ about: String) -> Parameter {
        .query(name, .type("string", [JSONMember("maxLength", 16), JSONMember("example", "true")]), about)
    }

    private static func number(_ name: String, _ about: String) -> Parameter {
        .query(name, .type("string", [JSONMember("maxLength", 16), JSONMember("example", "1")]), about)
    }

    /// Takes a submission.
    public static let create = Endpoint<Judge0Request, Judge0Submission>(
        "judge0.create", of: .executor, .post, "/compat/judge0/submissions", access: .identified(.run),
        "Judge0: create a submission", status: 201, parameters: [base64, wait, fields],
        problems: [.overloaded, .malformedRequest], repeatability: .once, timeout: .seconds(200),
        bodyLimit: 20 << 20, example: example, dialect: .judge0)
    /// The caller's submissions, the newest first.
    public static let list = Endpoint<Nothing, Judge0Submissions>(
        "judge0.list", of: .executor, .get, "/compat/judge0/submissions", access: .identified(.run),
        "Judge0: list one's submissions",
        parameters: [
            base64, fields, number("page", "From 1."),
            number("per_page", "Submissions of a page, 20 if absent."),
        ], dialect: .judge0)
    /// Takes up to twenty submissions.
    public static let createBatch = Endpoint<Judge0Batch, [Judge0Submission]>(
        "judge0.create_batch", of: .executor, .post, "/compat/judge0/submissions/batch",
        access: .identified(.run), "Judge0: create submissions", status: 201, parameters: [base64],
        problems: [.overloaded, .malformedRequest], repeatability: .once, bodyLimit: 20 << 20,
        example:
            #"{"submissions":[{"language_id":46,"source_code":"echo hello from Bash"},{"language_id":71,"#
            + #""source_code":"print(\"hello from Python\")"},{"language_id":72,"source_code":""}]}"#,
        dialect: .judge0)
    /// Up to twenty submissions.
    public static let getBatch = Endpoint<Nothing, Judge0Submissions>(
        "judge0.get_batch", of: .executor, .get, "/compat/judge0/submissions/batch",
        access: .identified(.run), "Judge0: get submissions", parameters: [tokens, base64, fields],
        dialect: .judge0)
    /// A submission.
    public static let get = Endpoint<Nothing, Judge0Submission>(
        "judge0.get", of: .executor, .get, "/compat/judge0/submissions/{token}", access: .identified(.run),
        "Judge0: get a submission", parameters: [token, base64, fields], problems: [.notFound],
        dialect: .judge0)
    /// Forgets a submission that has ended.
    public static let delete = Endpoint<Nothing, Judge0Submission>(
        "judge0.delete", of: .executor, .delete, "/compat/judge0/submissions/{token}",
        access: .identified(.run), "Judge0: delete a submission", parameters: [token, fields],
        problems: [.notFound], dialect: .judge0)
    /// The languages that run here.
    public static let languages = Endpoint<Nothing, [Judge0Language]>(
        "judge0.languages", of: .executor, .get, "/compat/judge0/languages", access: .open,
        "Judge0: list the languages", dialect: .judge0)
    /// The same: nothing is archived.
    public static let allLanguages = Endpoint<Nothing, [Judge0Language]>(
        "judge0.all_languages", of: .executor, .get, "/compat/judge0/languages/all", access: .open,
        "Judge0: list active and archived languages", dialect: .judge0)
    /// A language.
    public static let language = Endpoint<Nothing, Judge0Language>(
        "judge0.language", of: .executor, .get, "/compat/judge0/languages/{language_id}", access: .open,
        "Judge0: get a language",
        parameters: [
            .path("language_id", .type("string", [JSONMember("maxLength", 16)]), "Judge0's number.")
        ],
        problems: [.notFound], dialect: .judge0)
    /// All statuses.
    public static let statuses = Endpoint<Nothing, [Judge0Status]>(
        "judge0.statuses", of: .executor, .get, "/compat/judge0/statuses", access: .open,
        "Judge0: list the statuses", dialect: .judge0)
    /// Which release it is.
    public static let about = Endpoint<Nothing, Judge0About>(
        "judge0.about", of: .executor, .get, "/compat/judge0/about", access: .open,
        "Judge0: tell the release", dialect: .judge0)
    /// Defaults and maxima.
    public static let configuration = Endpoint<Nothing, Judge0Configuration>(
        "judge0.config_info", of: .executor, .get, "/compat/judge0/config_info", access: .open,
        "Judge0: tell defaults and maxima", dialect: .judge0)
    /// How busy it is.
    public static let workers = Endpoint<Nothing, [Judge0Workers]>(
        "judge0.workers", of: .executor, .get, "/compat/judge0/workers", access: .open,
        "Judge0: tell how busy the queue is", dialect: .judge0)

    /// All of them.
    public static let all: [Route] = [
        create.route, list.route, createBatch.route, getBatch.route, get.route, delete.route, languages.route,
        allLanguages.route, language.route, statuses.route, about.route, configuration.route, workers.route,
    ]
}
