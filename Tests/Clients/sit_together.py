"""Several people of a session at one program's terminal, over the gateway: an owner and an editor type, a viewer watches,
all see the same bytes, and the session keeps them."""
import json, threading
from fleet import check, end, fleet, tell
from websocket import WebSocket

PROGRAM = """stty -echo
while :; do
    echo "<$(stty size)>"
    read -r line || exit 4
    [ "$line" = end ] && exit 3
    echo "<$line>"
done
"""


class Seat:
    """Somebody at the terminal; reads on a thread of its own."""

    def __init__(self, client, run, after=0):
        path = f"/v1/sessions/{run['session_id']}/runs/{run['id']}/terminal?after={after}"
        self.socket = WebSocket(client.port, path, client.token)
        self.output, self.texts, self.after, self.news = b"", [], after, threading.Condition()
        self.gapless = True
        self.thread = threading.Thread(target=self.read)
        if self.socket.status == 101:
            self.thread.start()

    def read(self):
        for message in self.socket.messages():
            with self.news:
                if isinstance(message, bytes):
                    self.gapless &= int.from_bytes(message[:8], "big") == self.after + len(self.output)
                    self.output += message[8:]
                else:
                    self.texts.append(json.loads(message))
                self.news.notify_all()
        with self.news:
            self.news.notify_all()

    def wait(self, holds, what):
        with self.news:
            check(self.news.wait_for(lambda: holds(self), 60), what, (self.output, self.texts))

    def shows(self, mark):
        self.wait(lambda seat: mark in seat.output, f"{mark} is shown")

    def kinds(self):
        return [text["type"] for text in self.texts]


with fleet() as one:
    owner, editor, viewer, stranger = (one.guest(name) for name in ("Ada", "Ben", "Cy", "Eve"))
    session = owner.post("/v1/sessions", {"files": [{"path": "main.sh", "content": PROGRAM}]}).json["id"]
    owner.admit(session, "editor", editor)
    owner.admit(session, "viewer", viewer)
    answer = owner.post(f"/v1/sessions/{session}/runs", {"terminal": {"columns": 90, "rows": 20}})
    run = answer.json
    check(answer.status == 202 and run.get("terminal") == {"columns": 90, "rows": 20}, "a run with a terminal", answer)
    seats = [Seat(client, run) for client in (owner, editor, viewer)]
    for seat in seats:
        seat.shows(b"<20 90>\r\n")
    seats[0].socket.send(b"from the owner\n")
    for seat in seats:
        seat.shows(b"<from the owner>")
    seats[1].socket.send({"type": "resize", "data": {"columns": 70, "rows": 10}})
    seats[1].socket.send("öffnen\n".encode())
    for seat in seats:
        seat.shows("<öffnen>\r\n<10 70>".encode())
    seats[2].socket.send(b"end\n")
    seats[2].wait(lambda seat: "error" in seat.kinds(), "a viewer is told that it may not type")
    check(Seat(stranger, run).socket.status == 404, "a stranger sees nothing")
    late = Seat(viewer, run, after=3)
    late.shows("<öffnen>".encode())
    seats[1].socket.send(b"end\n")
    for seat in seats + [late]:
        seat.thread.join(60)
        check(seat.kinds()[-1] == "finished" and seat.socket.closed == 1000, "all hear of the end", seat.texts)
        check(seat.texts[-1]["data"]["result"]["exit_code"] == 3, "with the exit code")
        check(seat.gapless, "no byte is missing or twice")
    check(len({seat.output for seat in seats}) == 1 and late.output == seats[0].output[3:], "all saw the same")
    events = list(viewer.events(f"/v1/runs/{run['id']}/events"))
    shown = "".join(json.loads(e["data"]).get("content", "") for e in events if e["event"] == "stdout")
    check(shown.encode() == seats[0].output, "the session has kept what was shown", shown)
    check([json.loads(e["data"])["size"] for e in events if e["event"] == "resize"] == [{"columns": 70, "rows": 10}],
          "and the sizes", events)
    ended = viewer.get(f"/v1/runs/{run['id']}").json
    check(ended["state"] == "failed" and ended["terminal"]["columns"] == 70, "the run says so, too", ended)
    tell("sat together")
end()
