"""Bar 7: schemathesis, all checks, over the merged OpenAPI at the gateway, as guest and as user.

One worker, one seed and one order of hashing: a finding can be found again with the same command. The long form has chains
of calls, too, and more of everything: CODECOLLAB_FUZZ_EXAMPLES=50 CODECOLLAB_FUZZ_SCENARIOS=500 CODECOLLAB_FUZZ_SECONDS=3600.
"""
from concurrent.futures import ThreadPoolExecutor
from fleet import *

EXAMPLES = os.environ.get("CODECOLLAB_FUZZ_EXAMPLES", "1")
SCENARIOS = os.environ.get("CODECOLLAB_FUZZ_SCENARIOS", "0")
SECONDS = int(os.environ.get("CODECOLLAB_FUZZ_SECONDS", "600"))
SEED = os.environ.get("CODECOLLAB_FUZZ_SEED", "20261123")
HERE = pathlib.Path(__file__).parent
# Single requests from examples, boundaries and chance; then chains of them along the document's links. What a chain does
# next depends on what it was answered, so it differs from run to run: the suite leaves chains to `make fuzz`.
PASSES = [("examples,coverage,fuzzing", EXAMPLES)] + ([("stateful", SCENARIOS)] if int(SCENARIOS) else [])


def tool():
    beside = pathlib.Path(sys.executable).with_name("schemathesis")
    return str(beside) if beside.exists() else shutil.which("schemathesis")


def command(running, phases, examples):
    return [
        tool(), "--config-file", str(HERE / "schemathesis.toml"), "run", f"http://127.0.0.1:{running.base}/openapi.json",
        "--checks", "all", "--phases", phases, "--max-examples", examples, "--seed", SEED, "--workers", "1",
        "--request-timeout", "60", "--no-color", "--continue-on-failure",
        # How fast examples are made says something about the machine, nothing about the interface.
        "--suppress-health-check", "all"]


def judge(running, who, client):
    surroundings = {"PYTHONHASHSEED": "0", "SCHEMATHESIS_HOOKS": str(HERE / "fuzz_hooks.py"),
                    "CODECOLLAB_FUZZ_PORT": str(running.base), "CODECOLLAB_FUZZ_KIND": who,
                    "CODECOLLAB_FUZZ_TOKEN": client.token}
    for phases, examples in PASSES:
        report = tempfile.mkdtemp(prefix="codecollab-fleet-fuzz-")
        try:
            done = subprocess.run(
                command(running, phases, examples), env=dict(os.environ, **surroundings), capture_output=True, text=True,
                cwd=report, timeout=SECONDS)
        finally:
            shutil.rmtree(report, ignore_errors=True)
        tell_outcome(f"{who}: {phases}", done)


def tell_outcome(what, done):
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    tell(f"as {what}: " + " | ".join(line.strip() for line in lines[-12:]))
    if check(done.returncode == 0, f"schemathesis as {what}", f"ended with {done.returncode}"):
        return
    tell(done.stdout[-60_000:], done.stderr[-2000:])
    # Each finding as a line of its own, so that a summary which keeps only such lines tells the cause.
    findings = [line for line in lines if line.startswith(("____", "- ", "    curl", "[")) or "rror" in line[:60]]
    for line in findings[:60]:
        tell(f"FAILED {what}: {line.strip()[:400]}")


def tell_errors(running):
    """What the services said of their own errors."""
    for path in sorted(pathlib.Path(running.home, "logs").glob("*.jsonl")):
        for line in path.read_text(errors="replace").splitlines():
            if '"level":"error"' in line or '"level":"critical"' in line:
                tell(f"FAILED {path.stem}: {line[:700]}")


def main():
    if not tool():
        tell("SKIPPED: schemathesis is not installed")
        sys.exit(77)
    with fleet() as running:
        # Side by side: the two see each other's traces in the audit log and the lists of the fleet, nothing else.
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(judge, running, who, make()) for who, make in [("guest", running.guest), ("user", running.user)]]:
                done.result()
        if CHECKS["failed"]:
            tell_errors(running)
        services = running.ps()
        check(all(s["phase"] == "ready" and s["restarts"] == 0 for s in services.values()), "nothing crashed", services)
    end()


main()
