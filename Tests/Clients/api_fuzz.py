"""Bar 7: schemathesis, with its checks, over the merged OpenAPI at the gateway, as guest and as user.

One worker, one seed and one order of hashing: a finding can be found again with the same command.
"""
from concurrent.futures import ThreadPoolExecutor
from fleet import *

EXAMPLES = int(os.environ.get("CODECOLLAB_FUZZ_EXAMPLES", "3"))
SECONDS = int(os.environ.get("CODECOLLAB_FUZZ_SECONDS", "600"))
SEED = os.environ.get("CODECOLLAB_FUZZ_SEED", "20261123")
HERE = pathlib.Path(__file__).parent


def tool():
    beside = pathlib.Path(sys.executable).with_name("schemathesis")
    return str(beside) if beside.exists() else shutil.which("schemathesis")


def command(running, client):
    return [
        tool(), "--config-file", str(HERE / "schemathesis.toml"), "run", f"http://127.0.0.1:{running.base}/openapi.json",
        "--header", f"Authorization: Bearer {client.token}", "--max-examples", str(EXAMPLES), "--seed", SEED,
        "--workers", "1", "--phases", "examples,coverage,fuzzing", "--request-timeout", "60", "--no-color",
        # How fast examples are made says something about the machine, nothing about the interface.
        "--suppress-health-check", "all", "--continue-on-failure",
        # Signing out would end the caller in the middle; deleting oneself, too. Both have tests of their own.
        "--exclude-operation-id", "auth.logout", "--exclude-operation-id", "auth.logout_all",
        "--exclude-operation-id", "auth.delete_me", "--exclude-operation-id", "auth.end_sign_in",
        "--exclude-operation-id", "documents.live"]


def judge(running, who, client):
    report = tempfile.mkdtemp(prefix="codecollab-fleet-fuzz-")
    try:
        done = subprocess.run(
            command(running, client), env=dict(os.environ, PYTHONHASHSEED="0"), capture_output=True, text=True,
            cwd=report, timeout=SECONDS)
    finally:
        shutil.rmtree(report, ignore_errors=True)
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    tell(f"as {who}: " + " | ".join(line.strip() for line in lines[-12:]))
    if check(done.returncode == 0, f"schemathesis as {who}", f"ended with {done.returncode}"):
        return
    tell(done.stdout[-60_000:], done.stderr[-2000:])
    # Each finding as a line of its own, so that a summary which keeps only such lines tells the cause.
    findings = [line for line in lines if line.startswith(("____", "- ", "    curl", "[")) or "rror" in line[:60]]
    for line in findings[:60]:
        tell(f"FAILED {who}: {line.strip()[:400]}")


def main():
    if not tool():
        tell("SKIPPED: schemathesis is not installed")
        sys.exit(77)
    with fleet() as running:
        # Side by side: the two see each other's traces in the audit log and the lists of the fleet, nothing else.
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(judge, running, who, make()) for who, make in [("guest", running.guest), ("user", running.user)]]:
                done.result()
        services = running.ps()
        check(all(s["phase"] == "ready" and s["restarts"] == 0 for s in services.values()), "nothing crashed", services)
    end()


main()
