"""`codecollab run -t`, from a terminal of its own (a pty): keys, size, Ctrl-C, leaving, a lost connection, and that the
terminal is afterwards as it was, whatever ended the command."""
import fcntl, os, pathlib, pty, select, signal, struct, subprocess, sys, tempfile, termios, time
from fleet import PROGRAMS, check, end, fleet, tell


class Seated:
    """A command at a terminal of 80 by 24."""

    def __init__(self, one, *command, token=None):
        self.master, self.slave = pty.openpty()
        self.resize(80, 24)
        self.before = termios.tcgetattr(self.slave)
        self.seen = b""
        self.process = subprocess.Popen(
            [str(PROGRAMS / "codecollab"), *command], stdin=self.slave, stdout=self.slave, stderr=self.slave,
            env=dict(os.environ, CODECOLLAB_HOME=one.home, CODECOLLAB_TOKEN=token or ""), start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def resize(self, columns, rows):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self.master, text.encode())

    def read(self, seconds):
        if select.select([self.master], [], [], seconds)[0]:
            self.seen += os.read(self.master, 65536)
            return True
        return False

    def wait(self, mark, seconds=60):
        """Reads up to a mark; whether it came."""
        until = time.monotonic() + seconds
        while mark.encode() not in self.seen and time.monotonic() < until:
            self.read(0.2)
            if self.process.poll() is not None and not self.read(0):
                break
        return check(mark.encode() in self.seen, f"{mark!r} is shown", self.seen)

    def ends(self, code, what):
        until = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < until:
            self.read(0.1)
        while self.read(0):
            pass
        check(self.process.poll() == code, f"{what}: exit code {code}", (self.process.poll(), self.seen))
        check(termios.tcgetattr(self.slave) == self.before, f"{what}: the terminal is as it was")
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


class Sitting(Seated):
    """`run -t` of a program."""

    def __init__(self, one, source, *arguments, name="main.sh"):
        self.folder = tempfile.TemporaryDirectory(prefix="codecollab-fleet-sit-")
        path = pathlib.Path(self.folder.name, name)
        path.write_text(source)
        super().__init__(one, "run", "-t", str(path), *arguments)

    def ends(self, code, what):
        super().ends(code, what)
        self.folder.cleanup()


def talk(one):
    program = """
        trap 'echo "<int>"' INT
        trap 'echo "<size $(stty size)>"' WINCH
        echo "<$# $1> $(stty size)"
        while read -r word && [ "$word" != end ]; do echo "<$word>"; done
        exit 3
    """
    sitting = Sitting(one, program, "--", "an argument")
    sitting.wait("<1 an argument> 24 80")
    check(termios.tcgetattr(sitting.slave)[3] & (termios.ECHO | termios.ICANON | termios.ISIG) == 0, "it is raw")
    sitting.type("hello\r")
    sitting.wait("<hello>")
    sitting.resize(100, 30)
    # The shell hears of it when it has read a line.
    while b"<size 30 100>" not in sitting.seen and sitting.process.poll() is None:
        sitting.type("again\r")
        sitting.read(0.5)
    sitting.type("\x03")
    sitting.wait("<int>")
    sitting.type("\r~~x ~.\r")
    sitting.wait("<~x ~.>")
    sitting.type("~?")
    sitting.wait("leaves and ends the program")
    sitting.type("end\r")
    sitting.wait("nonzero_exit (exit 3)")
    sitting.ends(3, "a program that exits")


def lost(one):
    program = 'stty -echo; echo "<ready>"; while read -r word; do echo "<$word>"; [ "$word" = end ] && exit 0; done'
    sitting = Sitting(one, program)
    sitting.wait("<ready>")
    sitting.type("first\r")
    sitting.wait("<first>")
    one.command("restart", "gateway")
    sitting.type("second\r")
    sitting.wait("<second>")
    sitting.type("end\r")
    sitting.wait("<end>")
    for mark in (b"<ready>", b"<first>", b"<second>", b"<end>"):
        check(sitting.seen.count(mark) == 1, f"{mark} is there once", sitting.seen)
    sitting.ends(0, "a connection that was lost")


def endings(one):
    sitting = Sitting(one, 'echo "<ready>"; read -r word')
    sitting.wait("<ready>")
    sitting.type("~.")
    sitting.wait("left; the program was ended")
    sitting.ends(255, "leaving")
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGSEGV):
        sitting = Sitting(one, 'echo "<ready>"; read -r word')
        sitting.wait("<ready>")
        sitting.process.send_signal(number)
        sitting.ends(-number, f"signal {number}")
    sitting = Sitting(one, 'kill -USR1 $$')
    sitting.ends(128 + signal.SIGUSR1, "a program that a signal ends")
    sitting = Sitting(one, "int main(void) { return x; }\n", name="main.c")
    sitting.wait("main.c:1:")
    sitting.ends(1, "what does not compile")
    sitting = Sitting(one, '#include <unistd.h>\nint main(void) { return isatty(0) + isatty(1) + isatty(2); }\n', name="main.c")
    sitting.ends(3, "a compiled program")


def together(one):
    """`session run -t` and `session join`: an owner, an editor who comes with an invitation, a viewer who watches."""
    owner, viewer = one.guest("Ada"), one.guest("Cy")
    program = 'stty -echo; echo "<$1>"; while read -r word && [ "$word" != end ]; do echo "<$word>"; done; exit 3'
    session = owner.post("/v1/sessions", {"files": [{"path": "main.sh", "content": program}]}).json["id"]
    invitation = {role: owner.invite(session, role) for role in ("editor", "viewer")}
    first = Seated(one, "session", "run", "-t", session, "--", "ready", token=owner.token)
    first.wait("<ready>")
    join = ("session", "join", session)
    watching = Seated(one, *join, "--invitation", invitation["viewer"], token=viewer.token)
    helping = Seated(one, *join, "--invitation", invitation["editor"], "--name", "Ben")
    watching.wait("you watch: only owner, editors and who started the run type")
    seats = [first, watching, helping]
    for seat in seats:
        seat.wait("<ready>")
    for at, word in ((first, "first"), (helping, "second")):
        at.type(f"{word}\r")
        for seat in seats:
            seat.wait(f"<{word}>")
    watching.seen = b""
    watching.type("nothing\r")
    watching.wait("you watch")
    one.command("restart", "gateway")
    first.type("third\r")
    for seat in seats:
        seat.wait("<third>")
    helping.type("~.")
    helping.wait("left; come back with: codecollab session join")
    helping.ends(255, "somebody who leaves")
    first.type("end\r")
    run = owner.get(f"/v1/sessions/{session}/runs").json["items"][0]["id"]
    again = Seated(one, *join, run, token=viewer.token)
    for seat in (first, watching, again):
        seat.wait("nonzero_exit (exit 3)")
        seat.ends(3, "the end of a shared program")
    for mark in (b"<ready>", b"<first>", b"<second>", b"<third>"):
        check(first.seen.count(mark) == again.seen.count(mark) == 1, f"{mark} is there once, and again later", first.seen)
    check(b"nothing" not in again.seen, "who watches has typed nothing", again.seen)
    alone = Seated(one, *join, token=owner.token)
    alone.wait(f"codecollab session run -t {session}")
    alone.ends(1, "where nothing runs")
    plain = Seated(one, "session", "run", session, "--", "plain", token=owner.token)
    plain.wait("<plain>")
    plain.wait("exit 3")
    plain.ends(3, "a run without a terminal")


def refused(one):
    def said(*command):
        done = one.command(*command)
        check(done.returncode != 0, "it is refused", done)
        return done.stderr

    check("needs a terminal" in said("run", "-t", __file__), "without a terminal it says so")
    check("who are you?" in said("session", "run", "ses_" + "0" * 26), "without a token it says so")
    check("is no session" in said("session", "run", "nonsense", "--token", "x"), "what is no session")
    wrong = said("session", "run", "ses_" + "0" * 26, "--token", "x")
    check("token" in wrong, "a wrong token", wrong)


with fleet() as one:
    for step in (talk, endings, refused, together, lost):
        step(one)
        tell(step.__name__)
end()
