"""Clients that others wrote edit one document through the gateway: node's y-websocket and pycrdt's provider.

They connect with tokens, edit at once, go offline, come back and have the same text; a viewer's edits reach nobody;
wrong tokens, wrong origins and revoked sign-ins are kept out; the session's run takes the live text.
"""
from fleet import *

HERE = pathlib.Path(__file__).resolve().parent


def has_pycrdt():
    return subprocess.run([sys.executable, "-c", "import pycrdt, websockets"], capture_output=True).returncode == 0


def start(*command):
    environment = dict(os.environ, NODE_PATH="/usr/share/nodejs:/usr/lib/nodejs")
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def result(process, what):
    output, errors = process.communicate(timeout=300)
    check(process.returncode == 0, what, errors[-800:])
    return json.loads(output) if process.returncode == 0 else None


def handshake(port, path, token=None, origin=None, key="dGhlIHNhbXBsZSBub25jZQ=="):
    """The status that a WebSocket handshake is answered with, and the socket."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=120)
    fields = (f"Authorization: Bearer {token}\r\n" if token else "") + (f"Origin: {origin}\r\n" if origin else "")
    sock.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{fields}\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = sock.recv(4096)
        if not piece:
            break
        answer += piece
    head, _, rest = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), sock, rest


def closing(sock, rest, seconds):
    """The code with which the server ends the connection, and whether it said no in the protocol's words before."""
    sock.settimeout(seconds)
    data, denied = rest, False
    while True:
        while len(data) >= 2:
            size, head = data[1] & 127, 2
            if size == 126:
                size, head = int.from_bytes(data[2:4], "big"), 4
            if len(data) < head + size:
                break
            opcode, payload, data = data[0] & 15, data[head:head + size], data[head + size:]
            denied = denied or (opcode == 2 and payload[:2] == b"\x02\x00")
            if opcode == 8:
                return int.from_bytes(payload[:2], "big"), denied
        piece = sock.recv(4096)
        if not piece:
            return None, denied
        data += piece


def together(running, owner, editor, viewer, session):
    url, room = f"ws://127.0.0.1:{running.base}/v1/sessions/{session}/docs", "shared.txt"
    watcher = start("node", str(HERE / "collab_replica.cjs"), url, room, viewer.token, "viewer")
    node = start("node", str(HERE / "collab_replica.cjs"), url, room, owner.token, "editor")
    crdt = start(sys.executable, str(HERE / "collab_pycrdt.py"), f"{url}/{room}/live", editor.token, "pycrdt")
    texts = [result(node, "y-websocket edits, leaves, comes back")]
    python = result(crdt, "pycrdt's provider edits, leaves, comes back")
    seen = result(watcher, "a viewer sees what others write")
    text = owner.get(f"/v1/sessions/{session}/docs/{room}/text").json["text"]
    for word in ("node-online", "node-offline", "pycrdt-online", "pycrdt-offline"):
        check(text.count(word) == 1, f"{word} is there once", text)
    check("FORBIDDEN" not in text, "a viewer's edits reach nobody", text)
    check(texts[0] and texts[0]["text"] == text, "y-websocket has the same text", (texts, text))
    check(python == text, "pycrdt has the same text", (python, text))
    check(seen and "Somebody Else" not in seen["names"], "nobody shows a name that is not theirs", seen)


def doors(running, owner, session):
    path = f"/v1/sessions/{session}/docs/door.txt/live"
    stranger = running.guest("Stranger")
    for what, token, origin, status in [
            ("no token", None, None, 401), ("a stranger", stranger.token, None, 403), ("nonsense", "nonsense", None, 401),
            ("a page from elsewhere", owner.token, "https://evil.example", 403),
            ("our own page", owner.token, f"http://127.0.0.1:{running.base}", 101), ("a member", owner.token, None, 101)]:
        answered, sock, _ = handshake(running.base, path, token, origin)
        sock.close()
        check(answered in (status, 404 if status == 403 else status), f"{what}: {status}", answered)
    answered, sock, _ = handshake(running.base, f"{path}?access_token={owner.token}")
    sock.close()
    check(answered == 101, "a token in the query", answered)
    answered, sock, _ = handshake(running.base, f"{path}?access_token={stranger.token[:-4]}AAAA")
    sock.close()
    check(answered == 401, "a forged token in the query", answered)


def revoked(running, owner, session):
    """A sign-out, a removal and a revoked personal token end connections that are open."""
    path = f"/v1/sessions/{session}/docs/door.txt/live"
    leaver, removed = running.guest("Leaver"), running.guest("Removed")
    owner.admit(session, "editor", leaver, removed)
    _, first, rest = handshake(running.base, path, leaver.token)
    _, second, more = handshake(running.base, path, removed.token)
    answer = leaver.post("/v1/auth/logout")
    check(answer.status in (200, 204), "signs out", answer)
    check(closing(first, rest, 20) == (4401, True), "a sign-out ends the connection with 4401")
    member = removed.get("/v1/auth/me").json
    identity = member.get("id") or member.get("user_id")
    answer = owner.request("DELETE", f"/v1/sessions/{session}/members/{identity}")
    check(answer.status == 204, "is removed", answer)
    check(closing(second, more, 30) == (4403, True), "a removal ends the connection with 4403")


def revoked_tokens(running, editor, session):
    """A personal token holds a connection for longer than a verdict about it, and its end is told, not found."""
    user, rounds, waits = running.user(), 5, []
    editor.admit(session, "viewer", user)
    path = f"/v1/sessions/{session}/docs/door.txt/live"
    for number in range(rounds):
        grant = user.post("/v1/auth/tokens", {"name": f"Token {number}", "scopes": ["collab", "sessions:read"], "lifetime_days": 1})
        status, sock, rest = handshake(running.base, path, grant.json["token"])
        check(status == 101, "a personal token opens a document", (grant, status))
        answer, start = user.request("DELETE", f"/v1/auth/tokens/{grant.json['info']['id']}"), time.monotonic()
        check(answer.status == 204, "is revoked", answer)
        check(closing(sock, rest, 60) == (4401, True), "its connection ends with 4401")
        waits.append(time.monotonic() - start)
    tell(f"from the answer of DELETE to the close frame: {', '.join(f'{wait * 1e3:.1f}' for wait in waits)} ms")


def live_run(owner, session):
    """A run takes the text that editors see, and says at which version."""
    base = f"/v1/sessions/{session}"
    answer = owner.put(f"{base}/files/main.py", {"content": "print('stored')\n"})
    check(answer.status in (200, 201), "the file is stored", answer)
    text = owner.get(f"{base}/docs/main.py/text").json
    check(text and text["text"] == "print('stored')\n", "the document begins with the file", text)
    answer = owner.put(f"{base}/docs/main.py/text", {"text": "print('live')\n"})
    check(answer.status == 200, "the document is written", answer)
    answer = owner.post(f"{base}/runs", {"entry": "main.py"}, headers={"Prefer": "wait=30"})
    run = answer.json or {}
    check((run.get("execution") or {}).get("stdout", {}).get("content") == "live\n", "the live text was run", answer)
    check(run.get("live_sources") == [{"path": "main.py", "sequence": answer_sequence(owner, base)}], "its version is told", run.get("live_sources"))
    check(not [part for part in run.get("degraded", []) if part["part"] == "collab"], "nothing is missing", run.get("degraded"))


def one_truth(running, owner, editor, session):
    """A file and its document are one: what is written to either is read from both, under one ETag."""
    base = f"/v1/sessions/{session}"
    file, text = f"{base}/files/src/one.txt", f"{base}/docs/src~one.txt/text"
    owner.put(file, {"content": "first\nlast\n"})
    status, sock, rest = handshake(running.base, f"{base}/docs/src~one.txt/live", editor.token)
    check(status == 101, "the document is open", status)
    check(editor.request("PATCH", text, {"edits": [{"start": 0, "end": 5, "text": "FIRST"}]}).status == 200, "somebody types")
    seen = owner.get(file)
    check(seen.json["content"] == "FIRST\nlast\n", "the file is what was typed", seen)
    entry = [item for item in owner.get(f"{base}/files").json["items"] if item["path"] == "src/one.txt"]
    check(entry and f'"{entry[0]["digest"]}"' == seen.headers["ETag"], "the list has the ETag of the file", entry)
    answer = owner.put(file, {"content": "FIRST\nmiddle\nlast\n"}, headers={"If-Match": seen.headers["ETag"]})
    check(answer.status == 200, "the file is written under its ETag", answer)
    check(owner.get(text).json["text"] == "FIRST\nmiddle\nlast\n", "the document is what was written", owner.get(text))
    check(owner.get(file).headers["ETag"] == answer.headers["ETag"], "under the ETag that was answered", answer)
    editor.request("PATCH", text, {"edits": [{"start": 0, "end": 0, "text": "# "}]})
    answer = owner.put(file, {"content": "blind\n"}, headers={"If-Match": answer.headers["ETag"]})
    check(answer.status == 412, "what was typed meanwhile is not overwritten", answer)
    check(owner.get(file).json["content"] == "# FIRST\nmiddle\nlast\n", "and is still there", owner.get(file))
    check(owner.request("DELETE", file).status == 204, "the file is deleted")
    check(closing(sock, rest, 60)[0] == 4404, "those inside hear that it is gone")
    check(owner.get(text).status == 404, "its document is gone", owner.get(text))
    owner.put(file, {"content": "anew"})
    check(owner.get(text).json["text"] == "anew", "and begins anew with a new file", owner.get(text))


def ends(running, owner, editor, session):
    """The end of a session ends writing, its deletion everything."""
    path = f"/v1/sessions/{session}/docs/last.txt"
    owner.put(f"{path}/text", {"text": "kept"})
    _, sock, rest = handshake(running.base, f"{path}/live", editor.token)
    check(owner.post(f"/v1/sessions/{session}/end").status == 200, "the session ends")
    check(closing(sock, rest, 60) == (4403, True), "who might write is sent out")
    status, sock, rest = handshake(running.base, f"{path}/live", editor.token)
    check(status == 101 and owner.get(f"{path}/text").json["text"] == "kept", "it can be read", status)
    check(owner.put(f"{path}/text", {"text": "x"}).status == 403, "and not be written")
    check(owner.request("DELETE", f"/v1/sessions/{session}").status == 204, "the session is deleted")
    check(closing(sock, rest, 60)[0] == 4404, "nobody is left")
    folder, until = f"{running.home}/data/collab/{session}", time.monotonic() + 60
    while os.path.exists(folder) and time.monotonic() < until:
        time.sleep(0.05)
    check(not os.path.exists(folder), "its documents are in the trash")


def answer_sequence(owner, base):
    return owner.get(f"{base}/docs/main.py/text").json["sequence"]


def main():
    if not os.path.exists("/usr/share/nodejs/y-websocket") or not has_pycrdt():
        tell("SKIPPED: node-y-websocket, pycrdt or websockets is not installed")
        sys.exit(77)
    with fleet() as running:
        owner, editor, viewer = running.guest("Olga"), running.guest("Edgar"), running.guest("Viola")
        session = owner.post("/v1/sessions", {"title": "Together"}).json["id"]
        for guest, role in ((editor, "editor"), (viewer, "viewer")):
            owner.admit(session, role, guest)
        together(running, owner, editor, viewer, session)
        doors(running, owner, session)
        live_run(owner, session)
        one_truth(running, owner, editor, session)
        revoked(running, owner, session)
        revoked_tokens(running, owner, session)
        ends(running, owner, editor, session)
    end()


main()
