"""kill -9 of collab while 20 clients type: nothing acknowledged is lost, nothing is there twice, all converge.

CODECOLLAB_KILL_ROUNDS=100 is the long form.
"""
import signal
from fleet import *

TYPISTS = 20
ROUNDS = int(os.environ.get("CODECOLLAB_KILL_ROUNDS", "5"))


def session_of(owner, others):
    session = owner.post("/v1/sessions", {"title": "Typing"}).json["id"]
    owner.admit(session, "editor", *others)
    return session


def ready(running):
    """The pid of collab once it serves; nothing when it does not come back."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        now = running.ps()["collab"]
        if now["phase"] == "ready" and now.get("pid"):
            return now["pid"]
        if now["phase"] in ("failed", "backing_off"):  # the supervisor has lost its patience: the operator brings it back
            running.command("restart", "collab")
        time.sleep(0.05)
    return None


def patient(ask):
    """Asks again while the answer is "not now": five typists share an identity with us, and its limits."""
    until = time.monotonic() + 20
    while (answer := ask()).status in (429, 503) and time.monotonic() < until:
        time.sleep(0.5)
    return answer


def main():
    if not os.path.exists("/usr/share/nodejs/y-websocket"):
        tell("SKIPPED: node-y-websocket is not installed")
        sys.exit(77)
    with own_fleet({"CODECOLLAB_DRAIN_SECONDS": "2"}) as running:
        people = [running.guest(f"Typist {n}") for n in range(4)]
        session = session_of(people[0], people[1:])
        tokens = [people[n % 4].token for n in range(TYPISTS)]
        environment = dict(os.environ, NODE_PATH="/usr/share/nodejs:/usr/lib/nodejs")
        node = subprocess.Popen(
            ["node", str(pathlib.Path(__file__).with_name("collab_typists.cjs")), f"ws://127.0.0.1:{running.base}/v1/sessions/{session}/docs", "kill.txt", *tokens],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        try:
            check(node.stdout.readline().strip() == "ready", "all typists are connected")
            for _ in range(ROUNDS):
                time.sleep(0.8)
                pid = ready(running)
                if not check(pid, "collab is back", running.ps()["collab"]):
                    break
                os.kill(pid, signal.SIGKILL)
            ready(running)
            time.sleep(1.0)
            output, errors = node.communicate("stop\n", timeout=150)
        finally:
            node.kill()
        lines = output.strip().splitlines()
        report = json.loads(lines[-1]) if lines else {}
        check(report.get("converged") is True, "all converge", report or errors[-500:])
        check(report.get("lost") == [], "nothing acknowledged is lost", report.get("lost", [])[:5])
        check(report.get("missing") == [] and report.get("duplicated") == [], "every word is there once", report)
        check(report.get("foreign") == [], "no word was cut", report.get("foreign"))
        check(report.get("typed", 0) > 10 * ROUNDS and report.get("reconnects", 0) >= TYPISTS, "there was something to lose", report)
        tell(f"{ROUNDS} kills:", {key: value for key, value in report.items() if key not in ("missing", "duplicated", "lost", "foreign")}, "lost", len(report.get("lost", [])))
        if report.get("converged"):
            answer = patient(lambda: people[0].get(f"/v1/sessions/{session}/docs/kill.txt/text"))
            length = (answer.json or {}).get("length_utf16")
            check(length == report["length"], "REST tells the same text", (answer.status, str(answer.json)[:300]))
    end()


main()
