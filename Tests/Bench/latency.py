"""Bar 4: a warm `POST /v1/run` through the gateway beside the same program started bare, in turns, in one run.

Python hello: p50 <= 2.5 x the interpreter started bare. Cached C program: p50 <= 3 x a bare spawn + 5 ms.
Figures only, exit 0: absolute times prove nothing on a shared machine. N by CODECOLLAB_BENCH_N.

The system's own directories come first in PATH: a version manager's interpreter starts several times slower, and
2.5 x slow is no bar. Between bare start and run nothing waits, so that both find the processors equally awake.
"""
import pathlib, sys
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Clients"))
from fleet import *

if {"-h", "--help"} & set(sys.argv[1:]):
    sys.exit(print(f"python3 Tests/Bench/{pathlib.Path(__file__).name}\n\n{__doc__}"))

N = int(os.environ.get("CODECOLLAB_BENCH_N", "200"))
HELLO_C = '#include <stdio.h>\nint main(void){puts("hello");}'


def spawn(argv):
    started = time.perf_counter()
    done = subprocess.run(argv, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    assert done.stdout == b"hello\n", done
    return (time.perf_counter() - started) * 1000


def through(client, language, source):
    started = time.perf_counter()
    run = client.run(language, source, wait=30)
    seconds = (time.perf_counter() - started) * 1000
    assert run["state"] == "succeeded" and run["execution"]["stdout"]["content"] == "hello\n", run
    return seconds


def spread(values):
    ordered = sorted(values)
    return {"p50": ordered[len(ordered) // 2], "p10": ordered[len(ordered) // 10], "p90": ordered[len(ordered) * 9 // 10]}


def interpreter(client):
    """The interpreter that the fleet uses, asked from inside."""
    run = client.run("python", "import sys\nprint(sys.executable)")
    return run["execution"]["stdout"]["content"].strip()


def main():
    path = f"/usr/local/bin:/usr/bin:/bin:{os.environ['PATH']}"
    with fleet({"PATH": path}) as running, tempfile.TemporaryDirectory(prefix="codecollab-bench-") as folder:
        client = running.guest()
        python = interpreter(client)
        script, source, binary = (os.path.join(folder, name) for name in ("main.py", "main.c", "main"))
        pathlib.Path(script).write_text("print('hello')")
        pathlib.Path(source).write_text(HELLO_C)
        subprocess.run(["gcc", "-O2", "-o", binary, source], check=True, env=dict(os.environ, PATH=path))
        pairs = {
            "python hello": (lambda: through(client, "python", "print('hello')"), lambda: spawn([python, "-u", script])),
            "cached C": (lambda: through(client, "c", HELLO_C), lambda: spawn([binary])),
        }
        report = {}
        for name, (ours, bare) in pairs.items():
            for _ in range(10):
                ours(), bare()
            a, b = [], []
            for _ in range(N):
                a.append(ours())
                b.append(bare())
            ours_p50, bare_p50 = spread(a)["p50"], spread(b)["p50"]
            bar = 2.5 * bare_p50 if name == "python hello" else 3 * bare_p50 + 5
            report[name] = {"ours_ms": spread(a), "bare_ms": spread(b), "ratio": ours_p50 / bare_p50, "bar_ms": bar, "met": ours_p50 <= bar}
            tell(f"{name:13} p50 {ours_p50:7.2f} ms   bare {bare_p50:7.2f} ms   ratio {ours_p50 / bare_p50:5.2f}   bar {bar:7.2f} ms   "
                 + ("met" if ours_p50 <= bar else "MISSED") + f"   (n={N})")
        if target := os.environ.get("CODECOLLAB_BENCH_JSON"):
            pathlib.Path(target).write_text(json.dumps(report, indent=1))


main()
