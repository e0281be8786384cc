"""A fleet that lacks something says so, goes on with the rest, and is whole again by itself: no room on the disk, a queue
that does not move, a warden that is gone, a service that does not answer, no cgroups. Its mounts are its own."""
import os, pathlib, signal, sys, time
from fleet import *

if os.environ.get("CODECOLLAB_OWN_MOUNTS") != "1":
    os.environ["CODECOLLAB_OWN_MOUNTS"] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])


def mount(folder, *options):
    subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", str(folder)], check=True)


class Watch:
    """What `status` and the gateway say of a fleet, against how it was at its start."""

    def __init__(self, one):
        self.one, self.known = one, one.command("status").returncode
        self.before = one.command("status").stdout

    def says(self, code, *words):
        """Whether `status` ends with this code and says these words."""
        self.last = self.one.command("status")
        return self.last.returncode == code and all(word in self.last.stdout for word in words)

    def comes(self, what, code, *words):
        check(eventually(lambda: self.says(code, *words)), what, self.last)

    def is_as_before(self, what):
        check(eventually(lambda: self.one.command("status").stdout == self.before), f"{what}: it is as before",
              (self.before, self.one.command("status")))


def full_disk(watch, client):
    one = watch.one
    session = client.post("/v1/sessions", {"title": "kept"}).json["id"]
    restarts = {name: service["restarts"] for name, service in one.ps().items()}
    filler = pathlib.Path(one.home, "filler")
    with open(filler, "wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                file.write(b"x" * size)
            except OSError:
                size //= 2
    watch.comes("a full disk is seen", 2, "session is degraded", "disk:room: 0 MiB are left", "nothing can be stored")
    check(client.get(f"/v1/sessions/{session}").status == 200, "what is stored can be read")
    for _ in range(20):  # some fits into what the database has laid in
        refused = client.post("/v1/sessions", {"title": "x", "files": [
            {"path": f"{name}", "content": f"{name}" + "x" * 1_000_000} for name in range(10)]})
        if refused.status != 201:
            break
    check(refused.status == 503 and refused.code == "unavailable", "what cannot be stored is a problem", refused)
    seen = {service["service"]: service for service in client.get("/v1/status").json["services"]} \
        if client.get("/v1/status").status == 200 else None
    if seen:
        check(seen["session"]["status"] == "warn", "the gateway's page says so, too", seen["session"])
    filler.unlink()
    watch.is_as_before("room again")
    check(client.post("/v1/sessions", {"title": "again"}).status == 201, "it stores again")
    check({name: service["restarts"] for name, service in one.ps().items()} == restarts, "nothing was restarted", one.ps())


def queue(watch, client):
    runs = [client.post("/v1/run", {"language": "bash", "files": [{"path": "main.sh", "content": "sleep 600"}],
                                    "limits": {"wall_ms": 120_000}}).json["id"] for _ in range(3)]
    watch.comes("a queue that stands is seen", 2, "executor is degraded", "executions:queue: 2 wait")
    for run in runs:
        client.request("DELETE", f"/v1/runs/{run}")
    watch.is_as_before("a queue that moves")


def warden(watch, client):
    executor = watch.one.ps()["executor"]
    children = pathlib.Path(f"/proc/{executor['pid']}/task/{executor['pid']}/children").read_text().split()
    check(children, "the executor has a warden", children)
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    if tuple(int(part) for part in os.uname().release.split(".")[:2]) >= (6, 15):  # older ones start another warden only
        check(eventually(lambda: watch.one.ps()["executor"]["restarts"] > executor["restarts"]), "it begins anew", watch.one.ps())
    watch.is_as_before("a new warden")
    check(client.run("python", "print(6*7)").get("state") == "succeeded", "it runs programs again")


def stopped(watch, client):
    pid = watch.one.ps()["profiler"]["pid"]
    os.kill(pid, signal.SIGSTOP)
    check(eventually(lambda: watch.says(1, "profiler is ")), "a service that does not answer is seen", watch.last)
    run = client.run("python", "print(6*7)", profile=True)
    check(run.get("state") == "succeeded", "a run goes on without it", run)
    watch.is_as_before("a new process in its place")


def no_cgroups():
    mount("/sys/fs/cgroup", "-o", "ro")
    with fleet({"CODECOLLAB_EXECUTIONS": "1"}) as one:
        watch = Watch(one)
        watch.comes("missing cgroups are seen", 2, "executor is degraded: sandbox:isolation: ", "cgroup")
        run = one.guest().run("python", "print(6*7)")
        check(run.get("state") == "succeeded", "programs run without cgroups", run)


def main():
    home = tempfile.mkdtemp(prefix="codecollab-fleet-")
    mount(home, "-o", "size=192m,mode=755")
    one = Fleet(home, environment={"CODECOLLAB_EXECUTIONS": "1", "CODECOLLAB_WARM": "0"})
    try:
        watch, client = Watch(one.up()), one.guest()
        tell(watch.before.strip() or one.command("status"))
        watch.before = one.command("status").stdout
        for step in (full_disk, queue, warden, stopped):
            step(watch, client)
            tell(step.__name__)
    finally:
        one.down()
        subprocess.run(["umount", home], check=False)
        os.rmdir(home)
    no_cgroups()
    tell("no_cgroups")
    end()


main()
