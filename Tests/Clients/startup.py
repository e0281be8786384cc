"""Bar 2: from `up` to eight ready in 3 s; nothing is left after `down`, nor after kill -9 of the supervisor and `down`."""
import os, signal, time
from fleet import *

BAR_SECONDS = 3.0


def residue(fleet, before, what):
    until = time.monotonic() + 3 * SLACK
    while fleet.processes() and time.monotonic() < until:
        time.sleep(0.02)
    check(not fleet.processes(), f"{what}: processes", fleet.processes())
    check(not open_ports(fleet.base), f"{what}: ports", open_ports(fleet.base))
    left = [os.path.join(root, name) for root, _, names in os.walk(fleet.home) for name in names if name.endswith(".sock")]
    check(not left, f"{what}: sockets", left)
    check(cgroups() <= before["cgroups"], f"{what}: cgroups", cgroups() - before["cgroups"])
    check(set(mounts()) <= before["mounts"], f"{what}: mounts", set(mounts()) - before["mounts"])
    fresh = {entry for entry in temporary_files() - before["files"] if entry != fleet.home}
    check(not fresh, f"{what}: temporary files", fresh)


def main():
    before = {"cgroups": cgroups(), "mounts": set(mounts()), "files": temporary_files()}
    fleet = Fleet()
    try:
        times = []
        for _ in range(3):
            fleet.up()
            times.append(fleet.up_seconds)
            services = fleet.ps()
            check(sorted(services) == sorted(SERVICES), "eight services", list(services))
            check(all(s["phase"] == "ready" for s in services.values()), "all ready", services)
            run = fleet.guest().run("python", "print(6*7)")
            check(run.get("state") == "succeeded", "a run", run)
            fleet.down()
            residue(fleet, before, "after down")
        tell("up to eight ready:", " ".join(f"{t:.2f} s" for t in times))
        check(median(times) <= BAR_SECONDS * SLACK, f"up within {BAR_SECONDS * SLACK} s", times)
        fleet.up()
        pid = json.loads(fleet.command("ps", "--json").stdout)["pid"]
        client = fleet.guest()
        client.post("/v1/run", {"language": "python", "files": [{"path": "main.py", "content": "while True: pass"}]})
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.5)
        fleet.down()
        residue(fleet, before, "after kill -9 of the supervisor and down")
    finally:
        fleet.down()
        fleet.remove()
    end()


main()
