/// What the compiler serves.
public enum CompilerEndpoints {
    static let digest = Parameter.path("digest", Digest256.schema, "The artifact's name, its SHA-256.")
    static let format = Parameter.query(
        "format", ReportFormat.schema, "Overrides `Accept`: json, lsp or sarif.")
    static let member = Parameter.query(
        "path", SourcePath.schema, "A file of a directory artifact; its manifest without.")

    /// Compiles; the artifact stays in the store that the executor reads.
    public static let compile = Endpoint<CompilationRequest, Compilation>(
        "compilations.create", of: .compiler, .post, "/v1/compilations", access: .identified(.run),
        "Compile sources in a sandbox", problems: [.unknownLanguage, .overloaded], repeatability: .idempotent,
        timeout: .seconds(120), bodyLimit: 20 << 20,
        example: #"{"language":"c","files":[{"path":"main.c","content":"int main(void){return 0;}"}]}"#)
    /// Checks sources without making anything; also for languages that are not compiled.
    public static let diagnose = Endpoint<CompilationRequest, DiagnosticReport>(
        "diagnostics.create", of: .compiler, .post, "/v1/diagnostics", access: .identified(.run),
        "Check sources; answers our JSON, LSP diagnostics or SARIF",
        answers: .choice([
            .json(DiagnosticReport.schema), .json(ReportDialects.lsp),
            .document(mediaType: "application/sarif+json", ReportDialects.sarif),
        ]), parameters: [format],
        problems: [.unknownLanguage, .overloaded], repeatability: .idempotent, timeout: .seconds(120),
        bodyLimit: 20 << 20,
        example: #"{"language":"python","files":[{"path":"main.py","content":"print(1"}]}"#)
    /// What a compilation made.
    public static let artifact = Endpoint<Nothing, Nothing>(
        "artifacts.get", of: .compiler, .get, "/v1/artifacts/{digest}", access: .identified(.run),
        "Get an artifact: an executable's bytes, or a directory's manifest",
        answers: .choice([
            .bytes(mediaType: "application/octet-stream"), .json(ArtifactManifest.schema),
        ]), status: 200, parameters: [digest, member],
        problems: [.notFound])
    /// The languages that are known, and whether they are here.
    public static let languages = Endpoint<Nothing, LanguageList>(
        "languages.list", of: .compiler, .get, "/v1/languages", access: .open, "List the languages")
    /// All of them.
    public static let all: [Route] = [compile.route, diagnose.route, artifact.route, languages.route]
}
