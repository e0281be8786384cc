import Glibc
import Sandbox

/// A program for an interpreter, and what lies beside it.
struct Script {
    let name: String
    let text: String
    var files: [String: String] = [:]
    var stdin = ""
    var collect: [String] = []

    init(
        _ name: String, _ text: String, files: [String: String] = [:], stdin: String = "",
        collect: [String] = []
    ) {
        self.name = name
        self.text = text
        self.files = files
        self.stdin = stdin
        self.collect = collect
    }
}

/// An interpreter of this machine, and scripts that look at everything one can see of it.
struct Interpreter {
    let name: String
    let argv: [String]
    let scripts: [Script]

    /// The language tables' own commands.
    func spec(_ script: Script, limits: SandboxLimits = SandboxLimits()) -> SandboxSpec {
        var files = [SandboxFile(path: argv[argv.count - 1], bytes: Array(script.text.utf8))]
        for (path, text) in script.files { files.append(SandboxFile(path: path, bytes: Array(text.utf8))) }
        if script.name == "no script" { files = [] }
        var spec = SandboxSpec(
            argv: argv, environment: ["PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"],
            files: files,
            stdin: script.stdin.isEmpty ? .empty : .bytes(Array(script.stdin.utf8)), limits: limits,
            collect: script.collect)
        spec.warm = WarmStart(script: argv.count - 1, spare: 1)
        return spec
    }

    static var here: [Interpreter] {
        [python, node, ruby, php].filter { access($0.argv[0], X_OK) == 0 }
    }

    static let pythonVersion = "3.11"

    static let python = Interpreter(
        name: "python", argv: ["/usr/bin/python3", "-u", "main.py"],
        scripts: [
            Script(
                "itself",
                """
                import sys, os, builtins
                print(sys.argv, sys.orig_argv, sys.flags, sys.path, sys.executable, sys.dont_write_bytecode)
                print(__name__, __file__, __builtins__ is builtins, __spec__, __doc__, __package__)
                print(sorted(globals()), sorted(sys.modules), list(sys.path_importer_cache))
                print(sorted(os.environ.items()), os.getcwd(), os.getpid(), os.getppid(), os.getpgrp())
                print(sys.stdout.encoding, sys.stderr.errors, sys.stdin.encoding, sys.getfilesystemencoding())
                print(sys.stdout.line_buffering, sys.stdout.write_through, os.isatty(0))
                print(open('/proc/self/cmdline').read(), open('/proc/self/comm').read())
                print(sorted(os.listdir('/proc/self/fd')), os.umask(0), os.listdir('/proc/self/task'))
                for l in open('/proc/self/status'):
                    if l.split(':')[0] in ('TracerPid', 'Seccomp', 'Seccomp_filters', 'NoNewPrivs', 'CapEff',
                                           'CapBnd', 'SigBlk', 'SigIgn', 'SigCgt', 'SigPnd', 'Threads'):
                        print(l.strip())
                """),
            Script(
                "limits",
                """
                import resource, threading
                for name in sorted(n for n in dir(resource) if n.startswith('RLIMIT')):
                    print(name, resource.getrlimit(getattr(resource, name)))
                print(threading.active_count(), threading.main_thread().name)
                """),
            Script("error", "import sys\n\ndef f():\n    return 1 / 0\n\nprint('before')\nf()\n"),
            Script("syntax error", "print('no'\nx = = 1\n"), Script("nothing", ""),
            Script("exit code", "import sys; print('out'); print('err', file=sys.stderr); sys.exit(37)"),
            Script("signal", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"),
            Script("interrupt", "import os, signal; os.kill(os.getpid(), signal.SIGINT); print('never')"),
            Script("input", "import sys\nfor l in sys.stdin: print(repr(l))\n", stdin: "one\ntwo\n\u{e9}"),
            Script(
                "siblings",
                "import sibling, package.inside; print(sibling.x, package.inside.y, open('d').read())",
                files: [
                    "sibling.py": "x = 1", "package/__init__.py": "", "package/inside.py": "y = __file__",
                    "d": "data",
                ]),
            Script("hides the library", "import json; print(json.x)", files: ["json.py": "x = 'mine'"]),
            Script("byte order mark", "\u{feff}print('\u{e9}')"),
            Script("cookie", "# -*- coding: latin-1 -*-\nprint(len('\u{e9}'))\n"),
            Script("huge", "x = '\(String(repeating: "a", count: 500_000))'\nprint(len(x))\n"),
            Script(
                "processes",
                "import subprocess as s, multiprocessing as m\nprint(s.check_output(['/bin/echo', 'hi']))\n"
                    + "def f(x): return x + 1\nif __name__ == '__main__':\n"
                    + "    q = m.get_context('fork').Pool(2); print(q.map(f, [1, 2]))\n"),
            Script("writes", "open('out/x', 'w').write('made')", files: ["out/y": ""], collect: ["out/*"]),
            Script("recursion", "def f(): return f()\nf()\n"), Script("no script", ""),
        ])

    static let node = Interpreter(
        name: "node", argv: ["/usr/bin/node", "--max-old-space-size=192", "main.js"],
        scripts: [
            Script(
                "itself",
                """
                console.log(process.argv, process.execArgv, process.title, process.pid, process.ppid);
                console.log(__filename, __dirname, require.main === module, module.paths, process.cwd());
                console.log(process.env, process.stdin.isTTY, process.stdout.isTTY, process.exitCode);
                console.log(Object.keys(process.binding ? {} : {}), module.children.length, process.umask());
                const fs = require('fs');
                console.log(fs.readFileSync('/proc/self/cmdline', 'utf8'));
                console.log(fs.readFileSync('/proc/self/status', 'utf8').split('\\n').filter(
                    l => /^(TracerPid|Seccomp|NoNewPrivs|CapEff|SigBlk|SigIgn|Threads)/.test(l)));
                console.log(require('v8').getHeapStatistics().heap_size_limit);
                console.log(fs.readFileSync('/proc/self/limits', 'utf8'));
                """),
            Script("error", "function f() { throw new TypeError('bad') }\nconsole.log(1);\nf();\n"),
            Script("syntax error", "let x = = 1;\n"), Script("nothing", ""),
            Script("exit code", "console.error('e'); process.exitCode = 9"),
            Script("input", "process.stdin.on('data', d => console.log(String(d)))", stdin: "abc\n"),
            Script(
                "siblings", "console.log(require('./a').x, require('b'))",
                files: ["a.js": "exports.x = __filename", "node_modules/b/index.js": "module.exports = 5"]),
            Script(
                "module", "console.log(import.meta.url)", files: ["package.json": "{\"type\":\"module\"}"]),
            Script("timers", "setTimeout(() => console.log('b'), 5); setImmediate(() => console.log('a'))"),
            Script("rejection", "Promise.reject(new Error('no'))"), Script("no script", ""),
            Script(
                "threads",
                "const {Worker} = require('worker_threads');"
                    + "new Worker('require(\"worker_threads\").parentPort.postMessage(1)', {eval: true})"
                    + ".on('message', console.log)"),
        ])

    static let ruby = Interpreter(
        name: "ruby", argv: ["/usr/bin/ruby", "--disable=gems", "main.rb"],
        scripts: [
            Script(
                "itself",
                """
                p ARGV, $0, __FILE__, __dir__, $PROGRAM_NAME, $LOAD_PATH, $LOADED_FEATURES, ENV.to_h
                p Dir.pwd, Process.pid, Process.ppid, $stdout.sync, Encoding.default_external, $VERBOSE
                p File.read('/proc/self/cmdline'), Thread.list.size
                puts File.read('/proc/self/status').lines.grep(/^(TracerPid|Secc|NoNew|CapEff|Sig[BIC]|Thr)/)
                puts File.read('/proc/self/limits')
                """),
            Script("error", "def f = raise('bad')\nputs 1\nf\n"), Script("syntax error", "def x(\n"),
            Script("nothing", ""), Script("exit code", "warn 'e'; exit 5"),
            Script("input", "puts STDIN.read.upcase", stdin: "abc"),
            Script("siblings", "require_relative 'a'; p X", files: ["a.rb": "X = __FILE__"]),
            Script("data", "puts DATA.read\n__END__\nhere\n"), Script("no script", ""),
        ])

    static let php = Interpreter(
        name: "php",
        argv: ["/usr/bin/php"]
            + ["display_errors=stderr", "log_errors=0", "html_errors=0", "memory_limit=-1"].flatMap {
                ["-d", $0]
            } + ["main.php"],
        scripts: [
            Script(
                "itself",
                """
                <?php
                $server = $_SERVER;
                unset($server['REQUEST_TIME'], $server['REQUEST_TIME_FLOAT']);
                var_dump($argv, $server, getenv(), __FILE__, __DIR__, get_included_files(), getcwd());
                var_dump(getmypid(), posix_getppid(), php_ini_loaded_file(), php_ini_scanned_files());
                var_dump(ini_get_all(null, false), get_loaded_extensions(), cli_get_process_title());
                echo file_get_contents('/proc/self/cmdline'), file_get_contents('/proc/self/limits');
                echo implode(preg_grep('/^(TracerPid|Seccomp|NoNewPrivs|CapEff|Sig[BIC]|Threads)/',
                    file('/proc/self/status')));
                var_dump(scandir('/proc/self/fd'));
                """),
            Script("its own time", "<?php var_dump(microtime(true) - $_SERVER['REQUEST_TIME_FLOAT'] < 30);"),
            Script("error", "<?php\nfunction f() { throw new Exception('bad'); }\necho 1;\nf();\n"),
            Script("warning", "<?php\necho $missing;\n"), Script("syntax error", "<?php echo = 1;\n"),
            Script("nothing", ""), Script("no tag", "just text\n"), Script("exit code", "<?php exit(9);"),
            Script("input", "<?php echo strtoupper(stream_get_contents(STDIN));", stdin: "abc"),
            Script(
                "siblings", "<?php require 'a.php'; echo X, file_get_contents('d');",
                files: ["a.php": "<?php const X = __FILE__;", "d": "data"]),
            Script(
                "settings beside it", "<?php echo ini_get('precision');", files: ["php.ini": "precision=3"]),
            Script("first line", "#!/usr/bin/php\n<?php echo __LINE__;"), Script("no script", ""),
        ])

    struct LimitRow {
        let name: String
        let spec: SandboxSpec
        let verdict: SandboxVerdict
    }

    /// Limits far from what is not asked of them.
    static var limitRows: [LimitRow] {
        func row(
            _ name: String, _ text: String, _ verdict: SandboxVerdict, _ change: (inout SandboxLimits) -> Void
        ) -> LimitRow {
            var limits = SandboxLimits(cpu: .seconds(30), wall: .seconds(120))
            change(&limits)
            return LimitRow(
                name: name, spec: python.spec(Script(name, text), limits: limits), verdict: verdict)
        }
        return [
            row("processor", "while True: pass", .cpuLimit) { $0.cpu = .milliseconds(300) },
            row("wall", "import time; time.sleep(1000)", .wallLimit) { $0.wall = .milliseconds(700) },
            row("memory", "a = []\nwhile True: a.append(bytearray(1 << 20))", .memoryLimit) {
                $0.memoryBytes = 96 << 20
            },
            row("output", "while True: print('x' * 1000)", .outputLimit) { $0.stdoutBytes = 10_000 },
        ]
    }
}
