import Artifacts
import CompilerService
import Contracts
import Languages
import Sandbox
import Testing

/// A program that does not compile and exactly what must be said about it.
struct Broken: Sendable, CustomTestStringConvertible {
    let language: String
    let path: String
    let source: String
    let expected: [String]

    init(_ language: String, _ path: String, _ source: String, _ expected: String...) {
        self.language = language
        self.path = path
        self.source = source
        self.expected = expected
    }

    var testDescription: String { language }
}

@Suite(.serialized) struct LanguageTableTests {
    static let languages = [
        "bash", "c", "cpp", "go", "java", "javascript", "lua", "perl", "php", "python", "ruby", "rust",
        "swift",
        "typescript",
    ]

    @Test("both samples of every language on this machine build and pass the check", arguments: languages)
    func buildsSamples(language: String) async throws {
        let service = try await Workbench.service()
        guard let found = try await Workbench.book().registry.language(language) else { return }
        for sample in [found.language.hello, found.language.echo] {
            let request = try Workbench.request(language, (found.language.source, sample))
            let compilation = try await service.compile(request)
            #expect(compilation.state == .succeeded, "\(compilation.json)")
            #expect((compilation.artifact != nil) == found.isCompiled)
            let report = try await service.check(request)
            #expect(!report.hasErrors && report.limit == nil, "\(report.json)")
        }
    }

    @Test("a compile error has its place, severity, code and words in every language", arguments: table)
    func explainsErrors(broken: Broken) async throws {
        let service = try await Workbench.service()
        guard try await Workbench.book().registry.language(broken.language) != nil else { return }
        let request = try Workbench.request(broken.language, (broken.path, broken.source))
        let compilation = try await service.compile(request)
        #expect(compilation.state == .failed && compilation.artifact == nil)
        #expect(compilation.diagnostics.map(\.line) == broken.expected, "\(compilation.output ?? "")")
        let report = try await service.check(request)
        #expect(report.diagnostics.map(\.line) == broken.expected)
        #expect(report.hasErrors)
        #expect(report.cpuMicroseconds > 0 && report.memoryPeakBytes > 0, "\(report.json)")
        #expect(compilation.cpuMicroseconds > 0 && compilation.memoryPeakBytes > 0, "\(compilation.json)")
    }

    static let table = [
        Broken(
            "c", "main.c", "int main(void) {\n    return \"é\" + y;\n}\n",
            "main.c:2:18-2:19 error [] ‘y’ undeclared (first use in this function)"),
        Broken(
            "cpp", "src/main.cpp",
            "#include <vector>\nint main() {\n    std::vector<int> v;\n    v.push_bak(1);\n}\n",
            """
            src/main.cpp:4:7-4:15 error [] ‘class std::vector<int>’ has no member named ‘push_ba\
            k’; did you mean ‘push_back’?
            """
        ),
        Broken(
            "swift", "main.swift", "let a: Int = \"x\"\n",
            "main.swift:1:14-1:17 error [] cannot convert value of type 'String' to specified type 'Int'"),
        Broken(
            "rust", "main.rs", "fn main() {\n    let _x: i32 = \"a\";\n}\n",
            "main.rs:2:19-2:22 error [E0308] mismatched types"),
        Broken(
            "java", "Main.java",
            """
            public class Main {\n    public static void main(String[] args) {\n        int é = \
            "a";\n    }\n}\n
            """,
            "Main.java:3:17-3:18 error [] incompatible types: String cannot be converted to int"),
        Broken(
            "typescript", "main.ts", "const a: number = \"x\";\nconsole.log(a);\n",
            "main.ts:1:7-1:8 error [TS2322] Type 'string' is not assignable to type 'number'."),
        Broken(
            "go", "main.go", "package main\n\nfunc main() {\n\tx := 1\n}\n",
            "main.go:4:2-4:3 error [] x declared but not used"),
        Broken(
            "python", "main.py", "def f(:\n    pass\n", "main.py:1:7-1:8 error [SyntaxError] invalid syntax"),
        Broken(
            "javascript", "main.js", "function f( {\n  return 2;\n}\n",
            "main.js:2:10-2:11 error [SyntaxError] Unexpected number"),
        Broken(
            "ruby", "main.rb", "def f\n  puts \"a\" )\nend\n",
            "main.rb:2:12-2:13 error [] syntax error, unexpected ')', expecting `end'"),
        Broken(
            "php", "main.php", "<?php\n$a = 1\necho $a;\n",
            "main.php:3:1-3:5 error [Parse error] syntax error, unexpected token \"echo\""),
        Broken(
            "lua", "main.lua", "if a then\n  print(a\nend\n",
            "main.lua:3:1-3:4 error [] ')' expected (to close '(' at line 2) near 'end'"),
        Broken(
            "perl", "main.pl", "use strict;\nmy $x = ;\n",
            "main.pl:2:7-2:10 error [] syntax error, near \"= ;\""),
        Broken(
            "bash", "main.sh", "if true; then\n  echo a\ndone\n",
            "main.sh:3:1-3:5 error [] syntax error near unexpected token `done'"),
    ]

    @Test("several files make one program, and the entry names the class that is started")
    func buildsSeveralFiles() async throws {
        let service = try await Workbench.service()
        let c = try await service.compile(
            Workbench.request(
                "c", ("main.c", "#include \"f.h\"\nint main(void) { return f(); }\n"),
                ("f.h", "int f(void);\n"),
                ("f.c", "#include \"f.h\"\nint f(void) { return 7; }\n")))
        #expect(c.state == .succeeded && c.artifactKind == .executable, "\(c.json)")
        guard try await Workbench.book().registry.language("java") != nil else { return }
        let java = try await service.compile(
            Workbench.request(
                "java",
                (
                    "app/Start.java",
                    """
                    package app;\nclass Other {}\nclass Begin {\n static void main(String[] a) {\
                     new Peer(); }\n}\n
                    """
                ),
                ("app/Peer.java", "package app;\nclass Peer { Runnable r = () -> {}; class Inner {} }\n")))
        #expect(java.state == .succeeded && java.entryPoint == "app.Begin", "\(java.json)")
        let manifest = try #require(java.artifact.flatMap { service.store.reader.manifest(of: $0) })
        #expect(
            manifest.files.map(\.path.text)
                == ["app/Begin.class", "app/Other.class", "app/Peer$Inner.class", "app/Peer.class"])
    }

    /// Not Swift: its driver hashes the random name of a temporary file into the module hash.
    static let reproducible = ["c", "cpp", "rust", "go", "java", "typescript"]

    @Test("the same sources in an empty store give the same bytes", arguments: reproducible)
    func buildsReproducibly(language: String) async throws {
        guard let found = try await Workbench.book().registry.language(language) else { return }
        let host = try await Workbench.host()
        var digests: Set<String> = []
        for _ in 0..<2 {
            let (service, _) = try Workbench.make { try await host.run($0) }
            let request = try Workbench.request(language, (found.language.source, found.language.hello))
            let compilation = try await service.compile(request)
            digests.insert(compilation.artifact?.text ?? "none: \(compilation.json)")
        }
        #expect(digests.count == 1)
    }
}
