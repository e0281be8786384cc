"""Bar 2: from `up` to eight ready in 3 s; nothing is left after `down`, nor after kill -9 of the supervisor and `down`."""
import os, pathlib, signal, time
from fleet import *

BAR_SECONDS = 3.0


def residue(fleet, before, what):
    eventually(lambda: not fleet.processes(), 3 * SLACK, pause=0.02)
    check(not fleet.processes(), f"{what}: processes", fleet.processes())
    check(not open_ports(fleet.base), f"{what}: ports", open_ports(fleet.base))
    left = [os.path.join(root, name) for root, _, names in os.walk(fleet.home) for name in names if name.endswith(".sock")]
    check(not left, f"{what}: sockets", left)
    check(cgroups() <= before["cgroups"], f"{what}: cgroups", cgroups() - before["cgroups"])
    check(set(mounts()) <= before["mounts"], f"{what}: mounts", set(mounts()) - before["mounts"])
    fresh = {entry for entry in temporary_files() - before["files"] if entry != fleet.home}
    check(not fresh, f"{what}: temporary files", fresh)


def rights(services, fleet):
    """As root: each service is a user of its own, who may do nothing that others may not."""
    users = set()
    secrets = dict(line.split("=") for line in pathlib.Path(fleet.home, "secrets").read_text().split())
    for name, service in services.items():
        environment = pathlib.Path("/proc", str(service["pid"]), "environ").read_text()
        known = [secret for secret, value in secrets.items() if value in environment]
        wanted = ["CODECOLLAB_SESSION_KEY"] if name == "session" else []
        check(known == wanted, f"{name} knows no secret of others", known)
        lines = pathlib.Path("/proc", str(service["pid"]), "status").read_text().splitlines()
        facts = {line.split(":")[0]: line.split(":", 1)[1].split() for line in lines}
        sets = [facts[f"Cap{which}"][0].strip("0") for which in ("Inh", "Prm", "Eff", "Bnd", "Amb")]
        check(not any(sets), f"{name} has no capability", sets)
        check(facts["NoNewPrivs"] == ["1"] and not facts.get("Groups"), f"{name} can gain nothing", facts)
        check(len(set(facts["Uid"])) == 1 and facts["Uid"][0] != "0", f"{name} is not root", facts["Uid"])
        users.add(facts["Uid"][0])
    check(len(users) == len(services), "no two services are one user", users)


def main():
    before = {"cgroups": cgroups(), "mounts": set(mounts()), "files": temporary_files()}
    fleet = Fleet()
    try:
        times = []
        kernel = tuple(int(part) for part in os.uname().release.split(".")[:2])
        for _ in range(3):
            fleet.up()
            times.append(fleet.up_seconds)
            services = fleet.ps()
            check(sorted(services) == sorted(SERVICES), "eight services", list(services))
            check(all(s["phase"] == "ready" for s in services.values()), "all ready", services)
            if os.geteuid() == 0 and kernel >= (6, 15):  # older ones map no tmpfs: three services stay root
                rights(services, fleet)
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
