"""What all checks of the running fleet share: starting it, talking to it through the gateway, counting what is left.

Standard library only. A check uses the fleet at CODECOLLAB_URL / CODECOLLAB_HOME when both are set, else its own.
"""
import contextlib, http.client, json, os, pathlib, shutil, signal, socket, subprocess, sys, tempfile, threading, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ.get("CODECOLLAB_PROGRAMS", ROOT / ".build/release"))
SERVICES = ["gateway", "auth", "session", "collab", "ai", "compiler", "executor", "profiler"]
CHECKS = {"passed": 0, "failed": 0}
# Bars of time hold on an idle machine; CODECOLLAB_BARS=1 checks them there, elsewhere they only find what hangs.
SLACK = 1 if os.environ.get("CODECOLLAB_BARS") else 20
LOCK = threading.Lock()


def check(holds, what, detail=""):
    """Notes one expectation; only failures and figures are printed in full."""
    with LOCK:
        CHECKS["passed" if holds else "failed"] += 1
        if not holds:
            print(f"FAILED {what}: {str(detail)[:600]}", flush=True)
    return bool(holds)


def tell(*words):
    print(*words, flush=True)


def end():
    """Prints the count and ends the process; nothing checked is a failure, too."""
    tell(f"{CHECKS['passed']} checks passed, {CHECKS['failed']} failed")
    sys.exit(1 if CHECKS["failed"] or not CHECKS["passed"] else 0)


def free_base():
    """A port such that it and the next nine are free; below the kernel's range of outgoing ports."""
    import random
    while True:
        base = random.randrange(20_000, 32_000, 20)
        with contextlib.ExitStack() as stack:
            try:
                for offset in range(10):
                    sock = stack.enter_context(socket.socket())
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    sock.bind(("127.0.0.1", base + offset))
                return base
            except OSError:
                continue


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def code(self):
        value = self.json
        return value.get("code") if isinstance(value, dict) else None

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"


class Client:
    """One caller: a token and a connection kept open for each thread."""

    def __init__(self, port, token=None):
        self.port, self.token, self.local = port, token, threading.local()

    def request(self, method, path, body=None, headers=None, timeout=150, fresh=False):
        fields = dict(headers or {})
        if self.token and "Authorization" not in fields:
            fields["Authorization"] = f"Bearer {self.token}"
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        if body is not None:
            fields.setdefault("Content-Type", "application/json")
        connection = None if fresh else getattr(self.local, "connection", None)
        reused = connection is not None
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        connection.timeout = timeout
        try:
            connection.request(method, path, body, fields)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            connection.close()
            self.local.connection = None
            if reused and method in ("GET", "PUT", "DELETE"):
                return self.request(method, path, body, headers, timeout)
            raise
        except Exception:
            connection.close()
            self.local.connection = None
            raise
        self.local.connection = None if response.will_close or fresh else connection
        return answer

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.request("POST", path, body, **more)

    def put(self, path, body=None, **more):
        return self.request("PUT", path, body, **more)

    def invite(self, session, role, uses=1):
        """The token with which so many others come into a session."""
        return self.post(f"/v1/sessions/{session}/invitations", {"role": role, "max_uses": uses}).json["token"]

    def admit(self, session, role, *others):
        """Lets others into a session."""
        token = self.invite(session, role, len(others))
        for other in others:
            answer = other.post(f"/v1/invitations/{token}/accept")
            check(answer.status == 200, f"comes in as {role}", answer)

    def run(self, language, source, name=None, wait=120, key=None, **fields):
        """Runs one file to its end; the run as the gateway tells it."""
        headers = {"Prefer": f"wait={wait}"}
        if key:
            headers["Idempotency-Key"] = key
        body = {"language": language, "files": [{"path": name or MAIN[language], "content": source}], **fields}
        answer = self.post("/v1/run", body, headers=headers, timeout=wait + 30)
        run = answer.json or {}
        until = time.monotonic() + wait
        while answer.status in (200, 202) and run.get("state") in ("queued", "compiling", "running"):
            if time.monotonic() > until:
                break
            time.sleep(0.1)
            answer = self.get(f"/v1/runs/{run['id']}")
            run = answer.json or {}
        run["_status"] = answer.status
        return run

    def events(self, path, timeout=60, last=None):
        """The server-sent events of a stream up to its end."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        fields = {"Authorization": f"Bearer {self.token}", "Accept": "text/event-stream"}
        if last is not None:
            fields["Last-Event-ID"] = str(last)
        connection.request("GET", path, headers=fields)
        response = connection.getresponse()
        event = {}
        for line in response:
            line = line.decode().rstrip("\r\n")
            if not line and "data" in event:
                yield event
                event = {}
            elif line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                event[name] = value
        connection.close()


MAIN = {
    "python": "main.py", "javascript": "main.js", "typescript": "main.ts", "c": "main.c", "cpp": "main.cpp",
    "swift": "main.swift", "rust": "main.rs", "go": "main.go", "java": "Main.java", "ruby": "main.rb",
    "lua": "main.lua", "php": "main.php", "perl": "main.pl", "bash": "main.sh",
}


class Fleet:
    """The eight services under the real supervisor."""

    def __init__(self, home=None, base=None, environment=None):
        self.owned = home is None
        self.home = home or tempfile.mkdtemp(prefix="codecollab-fleet-")
        self.base = base or free_base()
        self.environment = dict(os.environ, **(environment or {}))
        self.environment.pop("CODECOLLAB_PORT_BASE", None)

    def command(self, *arguments, timeout=90):
        return subprocess.run(
            [str(PROGRAMS / "codecollab"), *arguments, "--home", self.home], env=self.environment,
            capture_output=True, text=True, timeout=timeout)

    def up(self):
        started = time.monotonic()
        done = self.command("up", "--port-base", str(self.base))
        self.up_seconds = time.monotonic() - started
        if done.returncode:
            raise RuntimeError(f"up failed: {done.stdout}{done.stderr}{self.tail()}")
        return self

    def tail(self):
        texts = []
        for path in sorted(pathlib.Path(self.home, "logs").glob("*.jsonl")):
            lines = path.read_text(errors="replace").splitlines()[-3:]
            texts.append(f"\n{path.name}: " + "\n  ".join(lines))
        return "".join(texts)

    def down(self):
        return self.command("down")

    def ps(self):
        return {s["name"]: s for s in json.loads(self.command("ps", "--json").stdout)["services"]}

    def remove(self):
        if self.owned:
            shutil.rmtree(self.home, ignore_errors=True)

    def port(self, service):
        return self.base + {"gateway": 0, "auth": 1, "session": 2, "collab": 3, "ai": 4, "compiler": 5,
                            "executor": 6, "profiler": 7}[service]

    def client(self, token=None):
        return Client(self.base, token)

    def guest(self, name="Guest"):
        answer = self.client().post("/v1/auth/guest", {"name": name})
        if answer.status not in (200, 201):
            raise RuntimeError(f"no guest: {answer}")
        return self.client(answer.json["access_token"])

    def user(self, login=None):
        body = {"login": login or f"user{os.getpid()}{time.monotonic_ns() % 100000}", "name": "A User",
                "password": f"{os.urandom(12).hex()} of the fleet"}
        answer = self.client().post("/v1/auth/register", body)
        if answer.status not in (200, 201):
            raise RuntimeError(f"no user: {answer}")
        return self.client(answer.json["access_token"])

    def processes(self):
        return fleet_processes(self.home)


@contextlib.contextmanager
def fleet(environment=None):
    """The fleet of the surroundings, or one of our own that is gone afterwards."""
    url, home = os.environ.get("CODECOLLAB_URL"), os.environ.get("CODECOLLAB_HOME")
    if url and home and not environment:
        yield Fleet(home, int(url.rstrip("/").rsplit(":", 1)[1]))
        return
    with own_fleet(environment) as own:
        yield own


@contextlib.contextmanager
def own_fleet(environment=None):
    """A fleet that is ours whatever is in the surroundings, for what is done to no other; gone afterwards."""
    own = Fleet(environment=environment).up()
    try:
        yield own
    finally:
        own.down()
        own.remove()


def eventually(holds, seconds=120, pause=0.2):
    """Whether it becomes true in time."""
    until = time.monotonic() + seconds
    while not (answer := holds()) and time.monotonic() < until:
        time.sleep(pause)
    return answer


def fleet_processes(home):
    """Pids of living processes that belong to the fleet with this home, by their environment."""
    found = []
    needle = f"CODECOLLAB_HOME={home}".encode()
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            environment = pathlib.Path("/proc", entry, "environ").read_bytes().split(b"\0")
            command = pathlib.Path("/proc", entry, "cmdline").read_bytes()
        except OSError:
            continue
        if needle in environment and b"/.build/" in command or home.encode() in command:
            if b"python" not in command.split(b"\0")[0]:
                found.append(int(entry))
    return found


def cgroups():
    """Our sandboxes' cgroups whose owner is gone, and nobody else's: other suites may run beside this one."""
    found = set()
    for root, _, _ in os.walk("/sys/fs/cgroup"):
        name = os.path.basename(root)
        if name.startswith("codecollab-"):
            owner = name.split("-")[1]
            if not (owner.isdigit() and os.path.exists(f"/proc/{owner}")):
                found.add(root)
    return found


def run_cgroups(owner):
    """The cgroups of programs that the process `owner` runs at the moment, without those that cells keep."""
    names = ((root, os.path.basename(root)) for root, _, _ in os.walk("/sys/fs/cgroup"))
    return {root for root, name in names if name.startswith(f"codecollab-{owner}-") and "-seat" not in name}


def mounts():
    text = pathlib.Path("/proc/self/mounts").read_text()
    return [line for line in text.splitlines() if "codecollab" in line]


def open_ports(base):
    found = []
    for offset in range(10):
        with socket.socket() as sock:
            sock.settimeout(0.5)
            if sock.connect_ex(("127.0.0.1", base + offset)) == 0:
                found.append(base + offset)
    return found


# Made by tests, other suites' among them, and removed by whoever made them.
TEST_FOLDERS = ("codecollab-test-", "codecollab-fleet-", "codecollab-bench-", "codecollab-documents-")


def temporary_files():
    return {entry for folder in ("/tmp", "/dev/shm", "/var/tmp") if os.path.isdir(folder)
            for entry in (os.path.join(folder, name) for name in os.listdir(folder) if not name.startswith(TEST_FOLDERS))
            if "codecollab" in entry or "sandbox" in entry}


def memory(pid):
    for line in pathlib.Path("/proc", str(pid), "status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    return 0


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def median(values):
    ordered = sorted(values)
    return ordered[len(ordered) // 2]
