import AIService
import Contracts
import Sandbox
import Testing

/// A source and its figures.
struct Measured: Sendable, CustomTestStringConvertible {
    let path: String
    let source: String
    /// lines, code, comment, blank, functions, longest, complexity, nesting.
    let figures: [Int]

    init(_ path: String, _ source: String, _ figures: Int...) {
        self.path = path
        self.source = source
        self.figures = figures
    }

    var testDescription: String { path }
}

@Suite struct MetricsTests {
    @Test("figures counted by hand", arguments: table)
    func counts(measured: Measured) async throws {
        let service = try Workbench.service { _ in SandboxResult() }
        let analysis = try await service.analyze(Workbench.request((measured.path, measured.source)))
        let metrics = try #require(analysis.metrics.first)
        let figures = [
            metrics.lines, metrics.codeLines, metrics.commentLines, metrics.blankLines, metrics.functions,
            metrics.longestFunctionLines, metrics.complexity, metrics.nesting,
        ]
        #expect(figures == measured.figures)
    }

    static let table = [
        Measured(
            "a.py",
            """
            # comment
            import os

            def f(x):
                '''doc
                more'''
                if x and not os:
                    for y in x:  # if while
                        print("if")
                return 1

            async def g(): return 2
            """,
            12, 9, 1, 2, 2, 7, 5, 3),
        Measured(
            "a.c",
            """
            /* head
               if (x) {} */
            #include <stdio.h>

            static int f(int a, char b)
            {
                for (int i = 0; i < a; i++) { // loop
                    if (a > 1 && b == '{') puts("}}}");
                }
                return a ? 1 : 2;
            }
            int main(void) { struct { int x; } s = {0}; return f(s.x, 'c'); }
            """,
            12, 9, 2, 1, 2, 7, 6, 2),
        Measured(
            "a.swift",
            """
            struct A {
                let s: Int?
                func f() -> Int {
                    guard let s else { return 0 }
                    return s > 1 ? s : s ?? 2
                }
                init() { s = nil }
            }
            """,
            8, 8, 0, 0, 2, 4, 5, 3),
        Measured(
            "a.js",
            """
            class A {
              run(x) {
                if (x === 1) { return `
                {{{ ${x}`; }
                return [1].map(y => { return y; });
              }
            }
            function g() {
            }
            """,
            9, 9, 0, 0, 3, 5, 4, 3),
        Measured(
            "a.rb",
            """
            =begin
            if def
            =end
            class A
              def f(x)
                x.each do |y|
                  puts y if y > 1
                end
              end
            end
            """,
            10, 7, 3, 0, 1, 5, 2, 3),
        Measured(
            "a.lua",
            """
            local function f(x)
              if x then return 1 elseif y then return 2 end
              while x do x = nil end
            end
            """,
            4, 4, 0, 0, 1, 4, 4, 2),
        Measured(
            "a.sh",
            """
            #!/bin/sh
            f() {
              for x in a b; do
                if [ "$x" = a ]; then echo "$x"; fi
              done
            }
            f
            """,
            7, 6, 1, 0, 1, 5, 3, 3),
        Measured(
            "a.go", "package main\n\nfunc main() {\n\tif true || false {\n\t}\n}\n", 6, 5, 0, 1, 1, 4, 3, 2),
        Measured("empty.py", "", 0, 0, 0, 0, 0, 0, 1, 0),
    ]

    @Test("odd texts are measured too, quickly")
    func survives() async throws {
        let service = try Workbench.service { _ in SandboxResult() }
        let texts = [
            "\"", "/*", "{{{{", "}}}}", "'''", "\r\n\r\n", String(repeating: "{", count: 100_000), "\\",
        ]
        for path in ["a.c", "a.py", "a.rb", "a.lua", "a.sh", "a.js"] {
            for text in texts {
                let analysis = try await service.analyze(Workbench.request((path, text)))
                #expect(analysis.metrics.count == 1)
            }
        }
    }
}
