"""Bar 3: every language found x {hello, echo, exit, compile error, runtime error, cpu, memory, wall, output limit}.

The programs are a table; `None` means that the language has no such thing. Run through the gateway only.
"""
from concurrent.futures import ThreadPoolExecutor
from fleet import *

EATER_PY = "a=[]\nwhile True: a.append(bytearray(1<<20))\n"
# hello, echo, exit 7, broken (source, line), crash, busy, eater, sleeper, flood
PROGRAMS = {
    "python": dict(
        hello="print('hello')", echo="import sys\nsys.stdout.write(sys.stdin.read())", exit="import sys\nsys.exit(7)",
        broken=("x = 1\nif x\n    pass\n", 2), crash="print(1/0)", busy="while True: pass", eater=EATER_PY,
        sleeper="import time\ntime.sleep(60)", flood="while True: print('x'*1000)"),
    "javascript": dict(
        hello="console.log('hello')", echo="process.stdin.pipe(process.stdout)", exit="process.exit(7)",
        broken=("let x = 1;\nlet y = ;\n", 2), crash="throw new Error('no')", busy="while(true);",
        eater="const a=[];while(true)a.push(Buffer.alloc(1<<20,1));", sleeper="setTimeout(()=>{},60000)",
        flood="const s='x'.repeat(65536);while(true)require('fs').writeSync(1,s);"),
    "typescript": dict(
        hello="console.log('hello')", echo=None, exit=None, broken=("let x: number = 1;\nlet y = ;\n", 2),
        crash="throw new Error('no')", busy="while(true);", eater=None, sleeper="setTimeout(()=>{},60000)", flood=None),
    "c": dict(
        hello='#include <stdio.h>\nint main(void){puts("hello");}',
        echo="#include <stdio.h>\nint main(void){int c;while((c=getchar())!=EOF)putchar(c);}",
        exit="int main(void){return 7;}", broken=("int main(void){\n  int x = ;\n}\n", 2),
        crash="int main(void){volatile int*p=0;*p=1;}", busy="int main(void){for(volatile int i=0;;i++);}",
        eater="#include <stdlib.h>\n#include <string.h>\nint main(void){for(;;){char*p=malloc(1<<20);if(p)memset(p,1,1<<20);}}",
        sleeper="#include <unistd.h>\nint main(void){sleep(60);}",
        flood='#include <stdio.h>\nint main(void){for(;;)puts("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");}'),
    "cpp": dict(
        hello='#include <iostream>\nint main(){std::cout<<"hello\\n";}',
        echo="#include <iostream>\nint main(){std::cout<<std::cin.rdbuf();}", exit="int main(){return 7;}",
        broken=("int main(){\n  int x = ;\n}\n", 2), crash="#include <stdexcept>\nint main(){throw std::runtime_error(\"no\");}",
        busy="int main(){for(volatile int i=0;;i=i+1);}",
        eater="#include <cstring>\nint main(){for(;;){char*p=new char[1<<20];memset(p,1,1<<20);}}",
        sleeper="#include <unistd.h>\nint main(){sleep(60);}",
        flood='#include <cstdio>\nint main(){for(;;)puts("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");}'),
    "rust": dict(
        hello='fn main(){println!("hello");}',
        echo="use std::io::*;fn main(){let mut s=String::new();stdin().read_to_string(&mut s).unwrap();print!(\"{s}\");}",
        exit="fn main(){std::process::exit(7)}", broken=("fn main(){\n  let x: i32 = ;\n}\n", 2),
        crash='fn main(){panic!("no")}', busy="fn main(){let mut i:u64=0;loop{i=std::hint::black_box(i+1);}}",
        eater="fn main(){let mut v=Vec::new();loop{v.push(vec![1u8;1<<20]);}}",
        sleeper="fn main(){std::thread::sleep(std::time::Duration::from_secs(60))}",
        flood='fn main(){loop{println!("{}","x".repeat(1000));}}'),
    "go": dict(
        hello='package main\nimport "fmt"\nfunc main(){fmt.Println("hello")}',
        echo='package main\nimport ("io";"os")\nfunc main(){io.Copy(os.Stdout,os.Stdin)}',
        exit='package main\nimport "os"\nfunc main(){os.Exit(7)}', broken=("package main\nfunc main(){\n  x := )\n}\n", 3),
        crash='package main\nfunc main(){panic("no")}', busy="package main\nfunc main(){for{}}",
        eater="package main\nvar a [][]byte\nfunc main(){for{b:=make([]byte,1<<20);for i:=range b{b[i]=1};a=append(a,b)}}",
        sleeper='package main\nimport "time"\nfunc main(){time.Sleep(60*time.Second)}',
        flood='package main\nimport ("os";"bytes")\nfunc main(){b:=bytes.Repeat([]byte("x"),65536);for{os.Stdout.Write(b)}}'),
    "java": dict(
        hello='public class Main{public static void main(String[] a){System.out.println("hello");}}',
        echo="public class Main{public static void main(String[] a)throws Exception{System.in.transferTo(System.out);System.out.flush();}}",
        exit="public class Main{public static void main(String[] a){System.exit(7);}}",
        broken=("public class Main{\n  int x = ;\n}\n", 2),
        crash='public class Main{public static void main(String[] a){throw new RuntimeException("no");}}',
        busy="public class Main{public static void main(String[] a){for(;;);}}", eater=None,
        sleeper="public class Main{public static void main(String[] a)throws Exception{Thread.sleep(60000);}}",
        flood='public class Main{public static void main(String[] a){String s="x".repeat(1000);for(;;)System.out.println(s);}}'),
    "swift": dict(
        hello='print("hello")', echo="while let line = readLine(strippingNewline: false) { print(line, terminator: \"\") }",
        exit="import Glibc\nexit(7)", broken=("let a = 1\nlet x: Int = \"s\"\n", 2), crash="let a: [Int] = []\nprint(a[3])",
        busy="var i = 0\nwhile true { i &+= 1 }",
        eater="var a: [[UInt8]] = []\nwhile true { a.append([UInt8](repeating: 1, count: 1 << 20)) }",
        sleeper="import Glibc\nsleep(60)", flood='while true { print("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx") }'),
    "ruby": dict(
        hello="puts 'hello'", echo="print STDIN.read", exit="exit 7", broken=("x = 1\ny = )\n", 2), crash="raise 'no'",
        busy="loop {}", eater="a=[]\nloop { a << ('x'*(1<<20)) }", sleeper="sleep 60", flood="loop { puts 'x'*1000 }"),
    "lua": dict(
        hello="print('hello')", echo="io.write(io.read('a'))", exit="os.exit(7)", broken=("x = 1\ny = = 2\n", 2),
        crash="error('no')", busy="while true do end",
        eater="local a={} while true do a[#a+1]=string.rep('x',1<<20)..#a end", sleeper=None,
        flood="while true do print(string.rep('x',1000)) end"),
    "php": dict(
        hello="<?php echo \"hello\\n\";", echo="<?php echo stream_get_contents(STDIN);", exit="<?php exit(7);",
        broken=("<?php\n$x = ;\n", 2), crash="<?php throw new Exception('no');", busy="<?php while(true);", eater=None,
        sleeper="<?php sleep(60);", flood="<?php while(true) echo str_repeat('x',1000);"),
    "perl": dict(
        hello='print "hello\\n";', echo="print while <STDIN>;", exit="exit 7;", broken=("my $x = 1;\nmy $y = ;\n", 2),
        crash="die 'no';", busy="1 while 1;", eater="my @a; push @a, 'x' x (1<<20) . @a while 1;", sleeper="sleep 60;",
        flood="print 'x' x 1000 while 1;"),
    "bash": dict(
        hello="echo hello", echo="cat", exit="exit 7", broken=("x=1\nif true; fi\n", 2), crash="kill -SEGV $$",
        busy="while :; do :; done", eater=None, sleeper="sleep 60", flood="while :; do echo xxxxxxxxxxxxxxxxxxxxxxx; done"),
}
SLOW_STARTERS = {"java", "go", "javascript", "typescript"}


def verdict(run):
    return (run.get("execution") or {}).get("verdict")


def stdout(run):
    return ((run.get("execution") or {}).get("stdout") or {}).get("content")


def cases(language, table):
    memory = (256 << 20) if language in SLOW_STARTERS else (96 << 20)
    yield "hello", table["hello"], {}, lambda r: r.get("state") == "succeeded" and stdout(r) == "hello\n"
    yield "echo", table["echo"], {"stdin": "a\nb\n"}, lambda r: r.get("state") == "succeeded" and stdout(r) == "a\nb\n"
    yield "exit", table["exit"], {}, lambda r: (r.get("state"), verdict(r), r["execution"]["exit_code"]) == ("failed", "nonzero_exit", 7)
    source, line = table["broken"]
    yield "broken", source, {}, lambda r: r.get("state") == "compile_failed" and any(
        d["line"] == line and d["column"] >= 1 for d in places(r))
    yield "crash", table["crash"], {}, lambda r: r.get("state") == "failed" and verdict(r) in ("nonzero_exit", "signalled")
    yield "busy", table["busy"], {"limits": {"cpu_ms": 700, "wall_ms": 100_000}}, lambda r: (r.get("state"), verdict(r)) == ("timed_out", "cpu_limit")
    yield "eater", table["eater"], {"limits": {"cpu_ms": 20_000, "wall_ms": 100_000, "memory_bytes": memory}}, lambda r: (r.get("state"), verdict(r)) == ("memory_exceeded", "memory_limit")
    yield "sleeper", table["sleeper"], {"limits": {"cpu_ms": 20_000, "wall_ms": 1500}}, lambda r: (r.get("state"), verdict(r)) == ("timed_out", "wall_limit")
    yield "flood", table["flood"], {"limits": {"cpu_ms": 20_000, "wall_ms": 100_000, "output_bytes": 65_536}}, lambda r: (r.get("state"), verdict(r)) == ("output_exceeded", "output_limit")


def places(run):
    found = []
    for item in ((run.get("compile") or {}).get("diagnostics") or []):
        place = item.get("range") or item
        start = place.get("start") or place
        found.append({"line": start.get("line", 0), "column": start.get("column", 0)})
    return found


def main():
    with fleet() as running:
        client = running.guest()
        found = [item["language"] for item in client.get("/v1/runtimes").json["items"]]
        tell("languages found:", " ".join(found))
        check(found, "a language is found")
        jobs = []
        for language in found:
            if not check(language in PROGRAMS, f"programs for {language}"):
                continue
            for name, source, fields, holds in cases(language, PROGRAMS[language]):
                if source is not None:
                    jobs.append((language, name, source, fields, holds))

        def one(job):
            language, name, source, fields, holds = job
            run = client.run(language, source, wait=110, **fields)
            try:
                good = holds(run)
            except (KeyError, TypeError):
                good = False
            detail = {k: run.get(k) for k in ("state", "execution", "compile", "reason", "code", "detail", "_status")}
            if detail["execution"]:
                detail["execution"] = {k: str(v)[:200] for k, v in detail["execution"].items()}
            check(good, f"{language} {name}", json.dumps(detail)[:900])

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(one, jobs))
        tell(f"{len(found)} languages, {len(jobs)} programs")
    end()


main()
