import AIService
import Contracts
import Languages
import Sandbox
import SystemKit
import Testing

@Suite(.serialized) struct AnalysisTests {
    @Test("the analysers on this machine find what is planted", arguments: planted)
    func finds(plant: (path: String, source: String, tool: String, code: String, line: Int)) async throws {
        let service = try await Workbench.service()
        let analysis = try await service.analyze(Workbench.request((plant.path, plant.source)))
        if analysis.degraded.contains(where: {
            $0.part == plant.tool || $0.part == analysis.metrics.first?.language.text
        }) {
            return
        }
        let isFound = analysis.findings.contains {
            $0.tool == plant.tool && ($0.code == plant.code || $0.message.contains(plant.code))
                && $0.range?.line == plant.line
        }
        #expect(
            isFound,
            "\(analysis.findings.map { "\($0.tool) \($0.code ?? "") \($0.message) \($0.range?.line ?? 0)" })")
        #expect(analysis.metrics.count == 1 && analysis.tools.contains(plant.tool))
    }

    static let planted: [(path: String, source: String, tool: String, code: String, line: Int)] = [
        (
            "a.c",
            """
                #include <stdlib.h>\nint main(void) {\n    int *p = malloc(4);\n    free(p);\n    re\
                turn *p;\n}\n
                """,
            "gcc-analyzer", "-Wanalyzer-use-after-free", 5
        ),
        (
            "b.c", "int main(void) {\n    int a[2] = {0};\n    return a[2];\n}\n", "cppcheck",
            "arrayIndexOutOfBounds", 3
        ),
        ("c.c", "int main(void) {\n    int unused;\n    return 0;\n}\n", "gcc", "-Wunused-variable", 2),
        ("d.cpp", "int main() {\n    int *p = nullptr;\n    return *p;\n}\n", "cppcheck", "nullPointer", 3),
        ("e.py", "import os\n\ndef f():\n    return undefined\n", "pyflakes", "undefined name", 4),
        ("f.sh", "#!/bin/sh\necho $1\n", "shellcheck", "SC2086", 2),
        ("g.rs", "fn main() {\n    let x = 1;\n}\n", "rustc", "unused_variables", 2),
        (
            "h.rs",
            """
                fn main() {\n    let v: Vec<i32> = Vec::new();\n    if v.len() == 0 {\n        print\
                ln!("a");\n    }\n}\n
                """,
            "clippy", "clippy::len_zero", 3
        ),
        (
            "i.go", "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Printf(\"%d\\n\", \"x\")\n}\n",
            "vet", "wrong type", 6
        ),
        ("j.rb", "def f\n  x = 1\nend\n", "ruby", "assigned but unused", 2),
        ("k.java", "class K {\n    java.util.List x = null;\n}\n", "javac", "-Xlint:rawtypes", 2),
    ]

    @Test("what is not there is named, and the rest is answered")
    func degrades() async throws {
        let service = try Workbench.service { _ in throw Problem(.unavailable) }
        let analysis = try await service.analyze(
            Workbench.request(("a.py", "x = 1\n"), ("b.unknown", "dear reader"), ("c.c", "int x;\n")))
        #expect(analysis.metrics.map(\.path.text) == ["a.py", "c.c"])
        #expect(analysis.findings.isEmpty && analysis.tools.isEmpty)
        #expect(analysis.degraded.contains { $0.part == "b.unknown" && $0.code == .unknownLanguage })
        #expect(analysis.degraded.contains { $0.part == "python" && $0.code == .unavailable })
    }

    @Test("an analyser that runs into a limit leaves what it had said")
    func keepsPartialFindings() async throws {
        let service = try Workbench.service { _ in
            var result = SandboxResult()
            result.verdict = .cpuLimit
            return result
        }
        let analysis = try await service.analyze(Workbench.request(("a.py", "x = 1\n")))
        #expect(
            analysis.degraded.contains { $0.code == .deadlineExceeded && $0.detail.contains("cpu_limit") })
        #expect(analysis.metrics.count == 1)
    }

    @Test("the same content is analysed once, one analyser at a time")
    func sharesWork() async throws {
        let state = Locked((starts: 0, now: 0, most: 0))
        let service = try Workbench.service { _ in
            state.withLock {
                $0 = ($0.starts + 1, $0.now + 1, max($0.most, $0.now + 1))
            }
            try await Task.sleep(for: .milliseconds(5))
            state.withLock { $0.now -= 1 }
            return SandboxResult()
        }
        let request = try Workbench.request(("a.c", "int x;\n"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = try await service.analyze(request) } }
            try await group.waitForAll()
        }
        let tools = try await service.analyze(request).tools
        #expect(state.snapshot.starts == tools.count && state.snapshot.most == 1)
    }

    @Test("two tools that say the same are heard once, and SARIF has a run for each tool")
    func mergesFindings() async throws {
        let service = try await Workbench.service()
        let analysis = try await service.analyze(
            Workbench.request(
                ("a.c", "int main(void) {\n    int a[2] = {0};\n    int unused;\n    return a[2];\n}\n")))
        let keys = analysis.findings.map { "\($0.range?.line ?? 0) \($0.message.lowercased())" }
        #expect(Set(keys).count == keys.count)
        let ranks = analysis.findings.map { Diagnostic.Severity.allCases.firstIndex(of: $0.severity) ?? 0 }
        #expect(ranks == ranks.sorted())
        let runs = analysis.sarif?["runs"]?.elements ?? []
        #expect(
            Set(runs.compactMap { $0["tool"]?["driver"]?["name"]?.text })
                == Set(analysis.findings.map(\.tool)))
    }
}
