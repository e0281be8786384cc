/// What the compiler serves.
public enum CompilerEndpoints {
    /// Compiles; the artifact stays in the store that the executor reads.
    public static let compile = Endpoint<CompilationRequest, Compilation>(
        "compilations.create", of: .compiler, .post, "/v1/compilations", access: .identified(.run),
        "Compile sources in a sandbox", problems: [.unknownLanguage, .overloaded], timeout: .seconds(120),
        bodyLimit: 20 << 20,
        example: #"{"language":"c","files":[{"path":"main.c","content":"int main(void){return 0;}"}]}"#)
    /// All of them.
    public static let all: [Route] = [compile.route]
}
