import CompilerService
import Contracts
import Testing

/// What sources alone cause is said about them; it is never our error.
@Suite(.timeLimit(.minutes(8))) struct InputTests {
    private static func isHere(_ language: String) async throws -> Bool {
        try await Workbench.service().languages.list.items.contains {
            $0.id.text == language && $0.isAvailable
        }
    }

    @Test(
        "sources of which no program comes have failed, with a reason",
        arguments: [
            ("java", "Main.java", "// nothing\n"),
            ("java", "Main.java", "package a.b.c.d.e.f.g.h.i;\nclass Main {}\n"),
            ("java", "Main.java", "class \(String(repeating: "M", count: 120)) {}\n"),
            ("go", "main.go", "package other\n"), ("rust", "main.rs", "#![crate_type = \"lib\"]\n"),
            ("typescript", "main.ts", ""), ("c", "main.c", ""),
        ])
    func noProgram(language: String, name: String, text: String) async throws {
        guard try await Self.isHere(language) else {
            return
        }
        let request = try Workbench.request(language, (name, text))
        let compilation = try await Workbench.service().compile(request)
        let isSaid = compilation.diagnostics.contains { $0.severity == .error && !$0.message.isEmpty }
        #expect(compilation.state == .succeeded || isSaid, "\(compilation)")
    }

    @Test(
        "files that cannot lie beside each other are refused by name",
        arguments: [
            ("typescript", ["main.ts", "node-globals.d.ts/x.ts"], "/files/1/path"),
            ("c", ["main.c", "a", "a/\u{300}b"], "/files/1/path"),
            ("c", ["z.c", "a.c", "a.c"], "/files/2/path"),
        ])
    func clashes(language: String, names: [String], pointer: String) async throws {
        guard try await Self.isHere(language) else {
            return
        }
        var request = try Workbench.request(language)
        request.files = try names.map { SourceFile(try SourcePath($0), "") }
        do {
            _ = try await Workbench.service().compile(request)
            Issue.record("it was taken")
        } catch let problem as Problem {
            #expect(problem.status == 422 && problem.errors?.first?.pointer == pointer, "\(problem)")
        }
    }

    @Test("a file whose content is not what it says is named by its place in the request")
    func badContent() async throws {
        var request = try Workbench.request("c", ("z.c", "int main(void) { return 0; }\n"), ("a.c", "?"))
        request.files[1].encoding = .base64
        do {
            _ = try await Workbench.service().compile(request)
            Issue.record("it was taken")
        } catch let problem as Problem {
            #expect(problem.errors?.first?.pointer == "/files/1/content")
        }
    }
}
