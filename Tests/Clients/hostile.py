"""Bar 8: hostile programs through the gateway: the right verdict each, nothing left, a victim beside them unharmed.

Numbers are those of the catalogue of hostile programs in the executor's field notes.
"""
import re
import pathlib

from fleet import *

FOLDER = pathlib.Path(__file__).parent.parent / "SandboxTests" / "HostilePrograms"


def catalogue():
    """The programs of the sandbox's own tests as one source; which one runs is said on its standard input."""
    names = ("hostile.h", "main.c", "resources.c", "time.c", "escapes.c", "walls.c")
    return "\n".join(re.sub(r'#include "hostile.h"|#pragma once', "", (FOLDER / name).read_text()) for name in names)


C = "#define _GNU_SOURCE\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n#include <errno.h>\n#include <signal.h>\n#include <fcntl.h>\n#include <sched.h>\n#include <pthread.h>\n#include <sys/mman.h>\n#include <sys/mount.h>\n#include <sys/ptrace.h>\n#include <sys/socket.h>\n#include <sys/stat.h>\n#include <sys/syscall.h>\n#include <sys/wait.h>\n"
DENIED = 'static int denied(const char*what,long r){if(r<0)return 0;printf("ESCAPED %s\\n",what);return 1;}\n'
ENDED = ("ok", "nonzero_exit", "signalled", "cpu_limit", "wall_limit", "memory_limit", "process_limit", "security_violation", "output_limit", "file_limit")
REFUSED = ("ok", "nonzero_exit", "signalled", "security_violation")


def c(body, top=""):
    return "c", C + DENIED + top + "int main(int argc,char**argv){" + body + "}"


# name: (language, source), allowed verdicts, limits
PROGRAMS = {
    "H1 fork bomb in C": (c("for(;;)fork();"), ("cpu_limit",), {"cpu_ms": 1000, "wall_ms": 20_000, "memory_bytes": 512 << 20}),
    "H1 fork bomb in shell": (("bash", ":(){ :|:& };:\nwait"), ENDED, {"cpu_ms": 1000, "wall_ms": 3000}),
    "H2 thread bomb": (c("for(;;){pthread_t t;pthread_create(&t,0,f,0);}", "static void*f(void*x){pause();return x;}"), ("cpu_limit", "wall_limit", "process_limit", "memory_limit"), {"cpu_ms": 1000, "wall_ms": 3000}),
    "H3 exit races": (c("for(;;){if(vfork()==0)_exit(0);wait(0);}"), ("cpu_limit", "wall_limit"), {"cpu_ms": 800, "wall_ms": 3000}),
    "H4 malloc and touch": (c("for(;;){char*p=malloc(1<<20);if(p)memset(p,1,1<<20);}"), ("memory_limit",), {"memory_bytes": 64 << 20, "wall_ms": 10_000, "cpu_ms": 5000}),
    "H5 100 GB reserved, not touched": (c('void*p=mmap(0,100UL<<30,PROT_READ|PROT_WRITE,MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE,-1,0);puts(p==MAP_FAILED?"ENOMEM":"mapped");'), ("ok",), {}),
    "H7 endless recursion": (c("return f(argc);", "static int f(volatile int n){volatile char a[512];a[0]=n;return f(n+1)+a[0];}"), ("signalled", "memory_limit"), {"cpu_ms": 5000, "wall_ms": 8000}),
    "H8 fill /tmp": (c('int f=open("/tmp/x",O_CREAT|O_WRONLY,0600);static char b[65536];while(write(f,b,sizeof b)>0);printf("%d\\n",errno);'), ENDED, {"wall_ms": 10_000, "cpu_ms": 5000}),
    "H9 a million files": (c('char n[64];for(int i=0;i<1000000;i++){sprintf(n,"/tmp/f%d",i);int f=open(n,O_CREAT|O_WRONLY,0600);if(f<0)break;close(f);}'), ENDED, {"cpu_ms": 4000, "wall_ms": 10_000}),
    "H10 a sparse terabyte": (c('int f=open("x",O_CREAT|O_WRONLY,0600);printf("%d\\n",ftruncate(f,1L<<40));'), ("file_limit", "signalled", "ok", "nonzero_exit"), {}),
    "H11 flood of stdout": (c("static char b[65536];for(;;)write(1,b,sizeof b);"), ("output_limit",), {"output_bytes": 65_536, "wall_ms": 10_000}),
    "H12 flood of stderr": (c("static char b[65536];for(;;)write(2,b,sizeof b);"), ("output_limit",), {"output_bytes": 65_536, "wall_ms": 10_000}),
    "H14 a line of raw bytes": (c("static char b[100000];for(int i=0;i<100000;i++)b[i]=i;write(1,b,sizeof b);"), ("ok",), {}),
    "H15 a thousand pipes, filled": (c("static char b[65536];int p[2];for(int i=0;i<1000;i++){if(pipe(p))break;fcntl(p[1],F_SETFL,O_NONBLOCK);fcntl(p[1],F_SETPIPE_SZ,1<<20);while(write(p[1],b,sizeof b)>0);}"), ENDED, {"wall_ms": 10_000}),
    "H16 all descriptors": (c("while(dup(0)>=0);return 0;"), ("ok", "nonzero_exit"), {}),
    "H21 busy loop": (c("for(volatile int i=0;;i++);"), ("cpu_limit",), {"cpu_ms": 500, "wall_ms": 10_000}),
    "H22 sleep for ever": (c("for(;;)pause();"), ("wall_limit",), {"wall_ms": 1000}),
    "H24 many children below the limit": (c("for(int i=0;i<8;i++)if(!fork()){for(volatile long j=0;;j++);}while(wait(0)>0);"), ("cpu_limit", "wall_limit"), {"cpu_ms": 1000, "wall_ms": 8000}),
    "H25 CPU in orphans": (c("for(int i=0;i<4;i++)if(!fork()){if(fork())_exit(0);for(volatile long j=0;;j++);}for(;;)pause();"), ("cpu_limit", "wall_limit"), {"cpu_ms": 1000, "wall_ms": 8000}),
    "H26 stops itself": (c("kill(0,SIGSTOP);for(;;)pause();"), ("wall_limit",), {"wall_ms": 1000}),
    "H27 ignores all signals": (c("for(int i=1;i<65;i++)signal(i,SIG_IGN);sigset_t s;sigfillset(&s);sigprocmask(SIG_BLOCK,&s,0);for(;;);"), ("cpu_limit", "wall_limit"), {"cpu_ms": 800, "wall_ms": 3000}),
    "H29 real-time priority": (c('struct sched_param p={50};if(!sched_setscheduler(0,SCHED_FIFO,&p))puts("ESCAPED fifo");errno=0;if(nice(-20)==-20)puts("ESCAPED nice");'), REFUSED, {}),
    "H33 keyrings": (c('denied("keyctl",syscall(SYS_keyctl,0,-3,1));'), REFUSED, {}),
    "H36 spying in /proc": (("bash", "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/environ; done | grep -a CODECOLLAB_ && echo ESCAPED; exit 0"), ("ok", "nonzero_exit"), {}),
    "H39 user namespaces": (c('denied("unshare",unshare(CLONE_NEWUSER));denied("clone",syscall(SYS_clone,CLONE_NEWUSER|SIGCHLD,0,0,0,0));'), REFUSED, {}),
    "H40 mounts": (c('denied("mount",mount("none","/tmp","tmpfs",0,""));denied("umount",umount2("/",MNT_DETACH));denied("fsopen",syscall(430,"tmpfs",0));denied("open_tree",syscall(428,-100,"/",1));'), REFUSED, {}),
    "H41 ptrace of init": (c('denied("ptrace",ptrace(PTRACE_ATTACH,1,0,0));'), REFUSED, {}),
    "H42 namespaces by /proc": (c('int f=open("/proc/1/ns/mnt",O_RDONLY);if(f>=0)denied("setns",setns(f,0));int d=open("/proc/1/root/etc/shadow",O_RDONLY);if(d>=0){char b[9];if(read(d,b,8)>0)puts("ESCAPED shadow");}'), REFUSED, {}),
    "H43 host inodes by handle": (c('struct{unsigned n;int t;char h[8];}h={8,1,{2}};denied("open_by_handle_at",syscall(SYS_open_by_handle_at,-100,&h,0));'), REFUSED, {}),
    "H44 devices": (c('denied("mknod",mknod("/tmp/d",S_IFBLK|0600,0x800));denied("mem",open("/dev/mem",O_RDWR));denied("kmsg",open("/dev/kmsg",O_RDWR));denied("kvm",open("/dev/kvm",O_RDWR));'), REFUSED, {}),
    "H46 other ABIs": (c('long r;__asm__ volatile("int $0x80":"=a"(r):"a"(20):"memory");printf("%ld\\n",r);'), ("security_violation", "signalled", "ok"), {}),
    "H48 daemon": (c("if(!fork()){setsid();if(!fork()){for(int i=0;i<64;i++)close(i);for(;;)sleep(1);}_exit(0);}return 0;"), ("ok", "nonzero_exit"), {"wall_ms": 5000}),
    "network": (c('int s=socket(AF_INET,SOCK_STREAM,0);if(s>=0){struct{unsigned short f,p;unsigned a;char z[8];}x={AF_INET,__builtin_bswap16(PORT),0x0100007f,{0}};if(!connect(s,(void*)&x,16))puts("ESCAPED to the gateway");}denied("vsock",socket(40,SOCK_STREAM,0));'), REFUSED, {}),
}

# Of the catalogue: what is refused ends in "ok", because the exit code counts the doors found open.
BY_NAME = {
    "h1_gives_up": ("process_limit",), "h4_in_a_child": ("memory_limit",), "h4_in_many": ("ok", "wall_limit", "memory_limit"),
    "h9_deep": ("file_limit", "nonzero_exit", "cpu_limit", "wall_limit"), "h18_message_queues": ("memory_limit",), "h18_semaphores": ("memory_limit",),
    "h18_shared_memory": ("memory_limit",), "h25_unreaped": ("cpu_limit", "wall_limit"), "h27_ignores": ("wall_limit",),
    "h46_x32": ("security_violation",), "h48_core": ("signalled",),
} | {name: ("ok",) for name in (
    "h15_bigger_pipes", "h16_in_flight", "h17_locked", "h18_posix_queues", "h19_kernel_objects", "h19_watchers",
    "h20_arguments", "h28_clocks", "h29_priorities", "h32_sockets", "h33_keyrings", "h34_locks", "h36_proc",
    "h39_namespaces", "h40_mounts", "h41_processes", "h42_doors_through_proc", "h43_handles", "h44_devices",
    "h44_the_root", "h44_kernel_interfaces", "h45_odd_executables", "h47_descriptors", "h48_daemon", "walls",
    "e6_descriptors", "e7_runtime", "e8_mounts", "e9_cgroups", "e11_evades", "e17_limits_of_others")}


class Victim(threading.Thread):
    """Somebody else's little program, again and again beside the hostile ones."""

    def __init__(self, client):
        super().__init__(daemon=True)
        self.client, self.stopped, self.runs, self.bad = client, threading.Event(), 0, []

    def run(self):
        while not self.stopped.is_set():
            run = self.client.run("python", "print(6*7)", limits={"cpu_ms": 5000, "wall_ms": 20_000})
            self.runs += 1
            if run.get("state") != "succeeded":
                self.bad.append({k: run.get(k) for k in ("state", "code", "detail", "reason")})


# Sandboxes that wait for the next program, for each of two profiles; each is in cgroups and holds descriptors.
PARKED, PARKED_DESCRIPTORS = 2 * 4, 24


def parked(cgroups):
    """The sandboxes behind `cgroups`; one that is parked holds a single process, one that is left over holds more or none."""
    names = {os.path.basename(path) for path in cgroups}
    crowded = [path for path in cgroups if len((pathlib.Path(path) / "cgroup.procs").read_text().split()) != 1]
    return len(names), crowded


def state(running, executor):
    return {"fds": descriptors(executor), "processes": set(running.processes()), "mounts": set(mounts()),
            "cgroups": run_cgroups(executor), "files": temporary_files(), "memory": memory(executor)}


def patient(limits, allowed):
    """A limit that the program is not meant to meet is out of reach, however busy the machine is."""
    roomy = dict(limits)
    if "wall_limit" not in allowed:
        roomy["wall_ms"] = 100_000
    if "cpu_limit" not in allowed:
        roomy["cpu_ms"] = 20_000
    return {"cpu_ms": 2000, "wall_ms": 8000} | roomy


def main():
    with fleet() as running:
        attacker, victim = running.guest("Mallory"), Victim(running.guest("Victim"))
        attacker.run("c", "int main(void){return 0;}")
        attacker.run("python", "print(1)")
        time.sleep(1)
        executor = running.ps()["executor"]["pid"]
        before = state(running, executor)
        victim.start()
        for name, ((language, source), allowed, limits) in PROGRAMS.items():
            run = attacker.run(language, source.replace("PORT", str(running.base)), limits=patient(limits, allowed))
            result = run.get("execution") or {}
            said = (result.get("stdout") or {}).get("content") or ""
            check(result.get("verdict") in allowed, f"{name}: verdict", {
                k: str(run.get(k))[:500] for k in ("state", "execution", "compile", "reason", "code", "detail")})
            check("ESCAPED" not in said, f"{name}: contained", said)
        source, small = catalogue(), {"cpu_ms": 1000, "memory_bytes": 64 << 20}
        for name, allowed in BY_NAME.items():
            run = attacker.run("c", source, stdin=name + "\n", limits=patient(small, allowed))
            result = run.get("execution") or {}
            check(result.get("verdict") in allowed, f"{name}: verdict", {
                k: str(run.get(k))[:600] for k in ("state", "execution", "compile", "reason", "code", "detail")})
        victim.stopped.set()
        victim.join(60)
        check(victim.runs >= 5 and not victim.bad, "the victim beside them is unharmed", victim.bad[:3] or victim.runs)
        spare = len({os.path.basename(c) for c in before["cgroups"]})
        until = time.monotonic() + 5 * SLACK
        while time.monotonic() < until:
            after = state(running, executor)
            try:
                count, crowded = parked(after["cgroups"])
            except OSError:  # one of them was just taken apart
                count, crowded = PARKED + 1, ["?"]
            room = 8 + PARKED_DESCRIPTORS * max(count - spare, 0)
            if after["processes"] <= before["processes"] and count <= PARKED and not crowded and after["fds"] <= before["fds"] + room:
                break
            time.sleep(0.2)
        check(running.ps()["executor"]["pid"] == executor, "the executor has not been restarted")
        check(after["processes"] <= before["processes"], "no process is left", after["processes"] - before["processes"])
        check(after["mounts"] <= before["mounts"], "no mount is left", after["mounts"] - before["mounts"])
        check(count <= PARKED and not crowded, "no cgroup is left but those of parked sandboxes", (count, crowded))
        check(after["files"] <= before["files"], "no file is left", after["files"] - before["files"])
        check(after["fds"] <= before["fds"] + room, "no descriptor is left", (before["fds"], after["fds"], room))
        check(after["memory"] <= before["memory"] + (64 << 20), "the executor's memory is flat", (before["memory"], after["memory"]))
        tell(f"{len(PROGRAMS) + len(BY_NAME)} hostile programs; {victim.runs} runs of the victim")
    end()


main()
