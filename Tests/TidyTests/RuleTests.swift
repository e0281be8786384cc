import Testing

/// The rules themselves are tested: each finds what it is for, and nothing else.
@Suite("the tidy rules find what they are for") struct RuleTests {
    private func text(_ source: String, path: String = "SharedKit/X/X.swift") -> SourceText {
        SourceText(path: path, bytes: Array(source.utf8))
    }

    @Test(
        "a ban counts in code only",
        arguments: [
            ("let x = try? f()", 1), ("// try? f()", 0), ("let x = \"try? f()\"", 0),
            ("let x = \"\\(try? f())\"", 1),
            ("let x = #\"try? f()\"#", 0), ("/* a /* b */ try? */ let x = 1", 0),
            ("let x = \"\"\"\n try?\n \"\"\"", 0),
            ("let x = \"a\\\"b\"; try? f()", 1),
        ]
    )
    func bans(source: String, count: Int) {
        #expect(Ban.all[0].findings(in: text(source)).count == count)
    }

    @Test(
        "force unwraps and empty catches",
        arguments: [
            ("let x = a!", 1), ("let x = f()!", 1), ("let x = a[0]!", 1), ("if !a { }", 0),
            ("if a != b { }", 0),
            ("p.baseAddress! + 1", 0), ("do { try f() } catch {}", 1), ("catch {\n}", 1),
            ("catch {\n log(error)\n}", 0),
            ("// a!", 0),
        ]
    )
    func shortcuts(source: String, count: Int) {
        #expect(Shortcuts.findings(in: text(source)).count == count)
    }

    @Test(
        "package declarations want a sentence",
        arguments: [
            ("package func f() {}", 1), ("/// Does f.\npackage func f() {}", 0),
            ("/// Does f\npackage func f() {}", 1),
            ("/// Does f.\n@discardableResult\npackage func f() {}", 0), ("package import Glibc", 0),
            ("func f() {}", 0),
            ("package extension Int {}", 0), ("public static let x = 1", 1), ("package final class C {}", 1),
        ]
    )
    func documentation(source: String, count: Int) {
        #expect(DocumentationRule.findings(in: text(source)).count == count)
    }

    @Test("a function is measured from its name to its last brace")
    func lengths() {
        let source = """
            struct A {
                func f(
                    a: Int = g({ 1 })
                ) {
                    if a { b }
                }

                let x: Int
            }
            """
        #expect(text(source).functions.map(\.length) == [5])
        let requirement = "protocol P {\n    func f()\n    func g() -> Int\n}\n"
        #expect(text(requirement).functions.isEmpty)
        let c = "static int f(int a)\n{\n    return a;\n}\n"
        #expect(text(c, path: "SharedKit/CX/a.c").functions.map(\.length) == [4])
    }
}
