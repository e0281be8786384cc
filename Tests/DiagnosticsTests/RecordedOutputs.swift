import Contracts

/// What the tools printed on a Debian 12, and what it means.
enum RecordedOutputs {
    static let all: [Recorded] = compiled + interpreted + analysers

    static let gccFix = Recorded(
        format: .gccJSON, path: "main.cpp",
        source: "#include <vector>\nint main() {\n    std::vector<int> v;\n    v.push_bak(1);\n}\n",
        output:
            #"""
                [{"kind": "error", "column-origin": 1, "children": [], "fixits": [{"next": {"byte-co\#
                lumn": 15, "line": 4, "file": "main.cpp", "column": 15}, "string": "push_back", "sta\#
                rt": {"byte-column": 7, "line": 4, "file": "main.cpp", "column": 7}}], "locations": \#
                [{"finish": {"byte-column": 14, "line": 4, "file": "main.cpp", "column": 14}, "caret\#
                ": {"byte-column": 7, "line": 4, "file": "main.cpp", "column": 7}}], "message": "no \#
                member named ‘push_bak’", "escape-source": false}]
                """#,
        expected: ["4:7-4:15 error [] no member named ‘push_bak’"])

    static let compiled = [
        gccFix,
        Recorded(
            format: .gccJSON, path: "main.c",
            source: "int main(void) {\n    int x = \"é\" + y;\n}\n",
            output:
                #"""
                    [{"kind": "error", "locations": [{"caret": {"byte-column": 20, "line": 2, "file"\#
                    : "/box/main.c", "column": 20}}], "message": "‘y’ undeclared"}, {"kind": "warnin\#
                    g", "locations": [{"caret": {"byte-column": 9, "line": 2, "file": "main.c", "col\#
                    umn": 9}}], "option": "-Wunused-variable", "children": [], "message": "unused va\#
                    riable ‘x’"}]
                    """#,
            expected: [
                "2:19-2:20 error [] ‘y’ undeclared",
                "2:9-2:10 warning [-Wunused-variable] unused variable ‘x’",
            ]),
        Recorded(
            format: .gccJSON, path: "link.c", source: "int f(int);\nint main(void) { return f(1); }\n",
            output:
                """
                    []\n/tmp/ccLNeUPF.o:link.c:function main: error: undefined reference to 'f'\ncol\
                    lect2: error: ld returned 1 exit status\n
                    """,
            expected: ["1:5-1:6 error [] undefined reference to 'f'"]),
        Recorded(
            format: .swiftc, path: "main.swift", source: "let a: Int = \"x\"\nprint(\"é\", c)\n",
            output:
                """
                    main.swift:1:14: error: cannot convert value of type 'String' to specified type \
                    'Int'\nlet a: Int = "x"\n             ^~~\nmain.swift:2:13: error: cannot find\
                     'c' in scope\nprint("é", c)\n           ^\n
                    """,
            expected: [
                "1:14-1:17 error [] cannot convert value of type 'String' to specified type 'Int'",
                "2:12-2:13 error [] cannot find 'c' in scope",
            ]),
        Recorded(
            format: .rustcJSON, path: "main.rs", source: "fn main() {\n    let x: i32 = \"a\";\n}\n",
            output:
                #"""
                    {"$message_type":"diagnostic","message":"mismatched types","code":{"code":"E0308\#
                    ","explanation":"long"},"level":"error","spans":[{"file_name":"main.rs","byte_st\#
                    art":29,"byte_end":32,"line_start":2,"is_primary":true,"label":"expected `i32`, \#
                    found `&str`"},{"file_name":"main.rs","byte_start":23,"byte_end":26,"is_primary"\#
                    :false,"label":"expected due to this"}],"children":[]}
                    """#
                + "\n"
                + #"""
                    {"$message_type":"diagnostic","message":"aborting due to 1 previous error","code\#
                    ":null,"level":"error","spans":[],"children":[]}
                    """#,
            expected: ["2:18-2:21 error [E0308] mismatched types"]),
        Recorded(
            format: .javac, path: "Main2.java",
            source:
                """
                    public class Main2 {\n    public static void main(String[] args) {\n        int \
                    x = "a";\n        foo(1);\n    }\n}\n
                    """,
            output:
                """
                    Main2.java:3: error: incompatible types: String cannot be converted to int\n    \
                        int x = "a";\n                ^\nMain2.java:4: error: cannot find symbol\n\
                            foo(1);\n        ^\n  symbol:   method foo(int)\n  location: class Main2\
                    \n2 errors\n
                    """,
            expected: [
                "3:17-3:18 error [] incompatible types: String cannot be converted to int",
                "4:9-4:12 error [] cannot find symbol\n  symbol:   method foo(int)\n  location: class Main2",
            ]),
        Recorded(
            format: .tsc, path: "main.ts", source: "const a: number = \"x\";\nlet z = \n",
            output:
                """
                    main.ts(1,7): error TS2322: Type 'string' is not assignable to type 'number'.\nm\
                    ain.ts(2,9): error TS1109: Expression expected.\n
                    """,
            expected: [
                "1:7-1:8 error [TS2322] Type 'string' is not assignable to type 'number'.",
                "2:9-2:9 error [TS1109] Expression expected.",
            ]),
        Recorded(
            format: .go, path: "main.go",
            source: "package main\n\nimport (\n\t\"os\"\n)\n\nfunc main() {\n\tx := 1\n}\n",
            output:
                """
                    # command-line-arguments\n./main.go:4:2: imported and not used: "os"\n./main.g\
                    o:8:2: x declared but not used\n
                    """,
            expected: [
                "4:2-4:3 error [] imported and not used: \"os\"", "8:2-8:3 error [] x declared but not used",
            ]),
    ]

    static let interpreted = [
        Recorded(
            format: .python, path: "main.py", source: "x = \"é\" + (1\n\ny = 2\n",
            output: "main.py\t1\t11\t1\t0\tSyntaxError\t'(' was never closed\n",
            expected: ["1:11-1:12 error [SyntaxError] '(' was never closed"]),
        Recorded(
            format: .python, path: "main.py", source: "if True:\nprint(1)\n",
            output:
                """
                      File "/box/main.py", line 2\n    print(1)\n    ^\nIndentationError: expected\
                     an indented block after 'if' statement on line 1\n
                    """,
            expected: [
                "2:1-2:6 error [IndentationError] expected an indented block after 'if' statement on line 1"
            ]),
        Recorded(
            format: .node, path: "main.js", source: "const a = 1;\nfunction f( { \n  return 2;\n}\n",
            output:
                """
                    /box/main.js:3\n  return 2;\n         ^\n\nSyntaxError: Unexpected number\n    a\
                    t wrapSafe (node:internal/modules/cjs/loader:1464:18)\n\nNode.js v20.20.2\n
                    """,
            expected: ["3:10-3:11 error [SyntaxError] Unexpected number"]),
        Recorded(
            format: .ruby, path: "main.rb", source: "def f\n  x = 1\n  puts \"a\" \"b\" )\nend\n",
            output:
                """
                    main.rb:3: syntax error, unexpected ')', expecting `end'\n  puts "a" "b" )\n\
                                   ^\nmain.rb:2: warning: assigned but unused variable - x\n
                    """,
            expected: [
                "3:16-3:17 error [] syntax error, unexpected ')', expecting `end'",
                "2:3-2:8 warning [] assigned but unused variable - x",
            ]),
        Recorded(
            format: .php, path: "main.php", source: "<?php\n$a = 1\necho $a;\n",
            output:
                """
                    Parse error: syntax error, unexpected token "echo" in main.php on line 3\nErro\
                    rs parsing main.php\n
                    """,
            expected: ["3:1-3:5 error [Parse error] syntax error, unexpected token \"echo\""]),
        Recorded(
            format: .lua, path: "main.lua", source: "local a = 1\nif a then\n  print(a\nend\n",
            output: "luac5.4: main.lua:4: ')' expected (to close '(' at line 3) near 'end'\n",
            expected: ["4:1-4:4 error [] ')' expected (to close '(' at line 3) near 'end'"]),
        Recorded(
            format: .perl, path: "main.pl", source: "use strict;\nmy $x = ;\nprint $y;\n",
            output:
                """
                    syntax error at main.pl line 2, near "= ;"\nGlobal symbol "$y" requires expl\
                    icit package name (did you forget to declare "my $y"?) at main.pl line 3.\nmai\
                    n.pl had compilation errors.\n
                    """,
            expected: [
                "2:7-2:10 error [] syntax error, near \"= ;\"",
                """
                    3:7-3:9 error [] Global symbol "$y" requires explicit package name (did you fo\
                    rget to declare "my $y"?)
                    """,
            ]),
        Recorded(
            format: .bash, path: "main.sh", source: "x=1\nif [ $x = 1 ]; then\n  echo a\ndone\n",
            output: "main.sh: line 4: syntax error near unexpected token `done'\nmain.sh: line 4: `done'\n",
            expected: ["4:1-4:5 error [] syntax error near unexpected token `done'"]),
        Recorded(
            format: .bash, path: "c.sh", source: "f() {\n echo a\n",
            output: "c.sh: line 3: syntax error: unexpected end of file\n",
            expected: ["2:8-2:8 error [] syntax error: unexpected end of file"]),
    ]

    static let analysers = [
        Recorded(
            format: .shellcheck, path: "main.sh", source: "#!/bin/sh\necho $1\n",
            output:
                #"""
                    {"comments":[{"file":"main.sh","line":2,"endLine":2,"column":6,"endColumn":8,"le\#
                    vel":"info","code":2086,"message":"Double quote to prevent globbing and word spl\#
                    itting.","fix":null}]}
                    """#,
            expected: ["2:6-2:8 note [SC2086] Double quote to prevent globbing and word splitting."]),
        Recorded(
            format: .cppcheck, path: "main.c", source: "int main(void) { int a[2]; return a[2]; }\n",
            output:
                """
                    main.c:1:36: error: Array 'a[2]' accessed at index 2, which is out of bounds. [a\
                    rrayIndexOutOfBounds]\n
                    """,
            expected: [
                """
                    1:36-1:37 error [arrayIndexOutOfBounds] Array 'a[2]' accessed at index 2, which \
                    is out of bounds.
                    """
            ]),
    ]
}
