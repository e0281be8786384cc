import Contracts
import Languages
import Testing

@Suite struct DetectionTests {
    let registry: LanguageRegistry

    init() throws {
        registry = try LanguageRegistry.load(directory: Definitions.directory)
    }

    @Test("every language's own samples are recognised by content alone")
    func recognisesSamples() {
        var wrong: [String] = []
        for language in registry.described where language.hello.utf8.count > 60 {
            let guess = registry.detect(filename: nil, content: language.hello)
            if guess?.language != language.id {
                wrong.append("\(language.id): \(guess.map { "\($0.language)" } ?? "-")")
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test(
        "names and first lines decide without a doubt",
        arguments: [
            ("a.py", "", "python"), ("x/y.CPP", "", "cpp"), ("Rakefile", "", "ruby"),
            ("a.ts", "let a = 1", "typescript"),
            ("run", "#!/usr/bin/env python3\nprint(1)", "python"), ("run", "#!/bin/sh\nls", "bash"),
            ("run", "#!/usr/bin/env -S node --no-warnings\n", "javascript"), ("main.rs", "", "rust"),
        ])
    func decidesByName(name: String, content: String, id: String) {
        let guess = registry.detect(filename: name, content: content)
        #expect(guess?.language.text == id)
        #expect((guess?.confidence ?? 0) >= 0.9)
    }

    @Test(
        "a header is C or C++ by what is in it",
        arguments: [
            ("#ifndef A\n#define A\ntypedef struct a a;\nvoid f(void *p);\n#endif\n", "c"),
            ("#pragma once\n#include <vector>\nnamespace a { class B { public: std::string s; }; }\n", "cpp"),
        ])
    func tellsHeadersApart(content: String, id: String) {
        #expect(registry.detect(filename: "a.h", content: content)?.language.text == id)
    }

    @Test("nothing speaks for a language in plain words")
    func abstains() {
        #expect(registry.detect(filename: nil, content: "") == nil)
        #expect(registry.detect(filename: nil, content: "dear reader") == nil)
    }

    @Test("a large text is judged by its beginning", .timeLimit(.minutes(1)))
    func isBounded() {
        let line = "let a = b.map { $0 + 1 } // x\n"
        let small = registry.detect(filename: nil, content: String(repeating: line, count: 2000))
        let large = registry.detect(filename: nil, content: String(repeating: line, count: 800_000))
        #expect(large?.language == small?.language)
    }

    @Test("snippets without a name", arguments: Snippets.all)
    func recognisesSnippets(snippet: Snippet) {
        let guess = registry.detect(filename: nil, content: snippet.text)
        #expect(guess?.language.text == snippet.language, "\(snippet.text)")
    }
}

struct Snippet: Sendable, CustomTestStringConvertible {
    let language: String
    let text: String

    init(_ language: String, _ text: String) {
        self.language = language
        self.text = text
    }

    var testDescription: String { "\(language): \(text.prefix(30))" }
}

enum Snippets {
    static let all = [
        Snippet(
            "python",
            """
                import os\n\ndef main():\n    for name in os.listdir('.'):\n        print(name)\n\ni\
                f __name__ == '__main__':\n    main()\n
                """
        ),
        Snippet("python", "class A:\n    def __init__(self, x):\n        self.x = x\n"),
        Snippet("c", "#include <stdio.h>\n\nint main(void) {\n    printf(\"%d\\n\", 1);\n    return 0;\n}\n"),
        Snippet("cpp", "#include <iostream>\nusing namespace std;\nint main() { cout << 1 << endl; }\n"),
        Snippet(
            "swift",
            """
                import Foundation\n\nfunc add(_ a: Int, _ b: Int) -> Int {\n    guard a > 0 else { r\
                eturn b }\n    return a + b\n}\n
                """
        ),
        Snippet(
            "swift", "struct P {\n    var x: Int\n    let name: String\n}\nlet p = P(x: 1, name: \"\\(2)\")\n"
        ),
        Snippet(
            "rust",
            """
                use std::collections::HashMap;\n\nfn main() {\n    let mut m = HashMap::new();\n    \
                m.insert(1, 2);\n    println!("{:?}", m);\n}\n
                """
        ),
        Snippet(
            "java",
            """
                import java.util.*;\n\npublic class Main {\n    public static void main(String[] arg\
                s) {\n        System.out.println(1);\n    }\n}\n
                """
        ),
        Snippet(
            "javascript",
            """
                const fs = require('fs');\nfunction read(p) {\n  return fs.readFileSync(p, 'utf8');\
                \n}\nconsole.log(read('a'));\n
                """
        ),
        Snippet(
            "javascript",
            "document.querySelector('a').addEventListener('click', () => {\n  if (x === 1) alert('x');\n});\n"
        ),
        Snippet(
            "typescript",
            """
                interface User {\n  name: string;\n  age?: number;\n}\nexport function greet(u: User\
                ): string {\n  return `hi ${u.name}`;\n}\n
                """
        ),
        Snippet("go", "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tx := 1\n\tfmt.Println(x)\n}\n"),
        Snippet(
            "ruby",
            """
                require 'json'\n\nclass A\n  attr_reader :x\n  def initialize(x)\n    @x = x\n  end\
                \nend\nputs A.new(1).x\n
                """
        ),
        Snippet("ruby", "[1, 2].each do |x|\n  puts x\nend\n"),
        Snippet("lua", "local function add(a, b)\n  return a + b\nend\nprint(add(1, 2))\n"),
        Snippet("php", "<?php\nfunction a($x) {\n  return $x + 1;\n}\necho a(1);\n"),
        Snippet(
            "perl",
            "use strict;\nuse warnings;\nmy @a = (1, 2);\nforeach my $x (@a) {\n    print \"$x\\n\";\n}\n"),
        Snippet(
            "bash", "set -e\nfor f in *.txt; do\n  if [ -f \"$f\" ]; then\n    echo \"$f\"\n  fi\ndone\n"),
    ]
}
