"""Bar 7: schemathesis, with all its checks, over the merged OpenAPI at the gateway, as guest and as user."""
import shutil
from fleet import *

EXAMPLES = int(os.environ.get("CODECOLLAB_FUZZ_EXAMPLES", "3"))
SECONDS = int(os.environ.get("CODECOLLAB_FUZZ_SECONDS", "150"))


def tool():
    beside = pathlib.Path(sys.executable).with_name("schemathesis")
    return str(beside) if beside.exists() else shutil.which("schemathesis")


def judge(running, who, client):
    report = tempfile.mkdtemp(prefix="codecollab-fleet-fuzz-")
    done = subprocess.run(
        [tool(), "--config-file", str(pathlib.Path(__file__).with_name("schemathesis.toml")), "run", f"http://127.0.0.1:{running.base}/openapi.json", "--max-examples", str(EXAMPLES),
         "--header", f"Authorization: Bearer {client.token}", "--workers", "2", "--seed", "20261123",
         "--phases", "examples,coverage,fuzzing", "--request-timeout", "20", "--no-color", "--continue-on-failure",
         # Signing out would end the caller in the middle; deleting oneself, too. Both have tests of their own.
         "--exclude-operation-id", "auth.logout", "--exclude-operation-id", "auth.logout_all",
         "--exclude-operation-id", "auth.delete_me", "--exclude-operation-id", "auth.end_sign_in",
         "--exclude-operation-id", "documents.live"],
        capture_output=True, text=True, cwd=report, timeout=SECONDS * 4)
    shutil.rmtree(report, ignore_errors=True)
    summary = [line for line in done.stdout.splitlines() if line.strip()]
    failures = [line for line in summary if line.strip().startswith(("- ", "Failures", "_____")) or "FAILED" in line]
    tell(f"as {who}: " + " | ".join(line.strip() for line in summary[-12:]))
    if done.returncode:
        tell(done.stdout[-60_000:])
    check(done.returncode == 0, f"schemathesis as {who}", failures[:20] or done.stderr[-600:])


def main():
    if not tool():
        tell("SKIPPED: schemathesis is not installed")
        sys.exit(77)
    with fleet() as running:
        judge(running, "guest", running.guest())
        judge(running, "user", running.user())
        services = running.ps()
        check(all(s["phase"] == "ready" and s["restarts"] == 0 for s in services.values()), "nothing crashed", services)
    end()


main()
