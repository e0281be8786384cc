"""Bad input at the gateway: each a problem with its code; thousands of them leave nothing behind."""
from fleet import *

DEEP = "[" * 200 + "]" * 200
HUGE = "9" * 400
RUN = '{"language":"python","files":[{"path":"main.py","content":"print(1)"}]%s}'
# what, method, path, body, status, code
TABLE = [
    ("not JSON", "POST", "/v1/run", "{nonsense", 400, "malformed_json"),
    ("cut JSON", "POST", "/v1/run", RUN[:30], 400, "malformed_json"),
    ("something behind", "POST", "/v1/run", RUN % "" + "x", 400, "malformed_json"),
    ("empty body", "POST", "/v1/run", "", 400, "malformed_json"),
    ("unknown field", "POST", "/v1/run", RUN % ',"colour":"red"', 422, "invalid_request"),
    ("duplicate field", "POST", "/v1/run", RUN % ',"stdin":"a","stdin":"b"', 422, "invalid_request"),
    ("missing field", "POST", "/v1/run", '{"language":"python"}', 422, "invalid_request"),
    ("wrong type", "POST", "/v1/run", '{"language":7,"files":[]}', 422, "invalid_request"),
    ("null where a value is required", "POST", "/v1/run", '{"language":null,"files":[]}', 422, "invalid_request"),
    ("huge number", "POST", "/v1/run", RUN % (',"limits":{"cpu_ms":%s}' % HUGE), 422, "invalid_request"),
    ("fraction where a whole number is", "POST", "/v1/run", RUN % ',"limits":{"cpu_ms":1.5}', 422, "invalid_request"),
    ("number out of range", "POST", "/v1/run", RUN % ',"limits":{"cpu_ms":0}', 422, "invalid_request"),
    ("way out of the directory", "POST", "/v1/run", RUN.replace("main.py", "../x") % "", 422, "invalid_request"),
    ("absolute path", "POST", "/v1/run", RUN.replace("main.py", "/etc/passwd") % "", 422, "invalid_request"),
    ("NUL in a path", "POST", "/v1/run", RUN.replace("main.py", "a\\u0000b") % "", 422, "invalid_request"),
    ("raw NUL", "POST", "/v1/run", RUN.replace("main.py", "a\0b") % "", 400, "malformed_json"),
    ("invalid UTF-8", "POST", "/v1/run", (RUN % "").encode().replace(b"main.py", b"\xff\xfe.py"), 400, "malformed_json"),
    ("lone surrogate", "POST", "/v1/run", RUN.replace("print(1)", "\\ud800") % "", 400, "malformed_json"),
    ("deep nesting", "POST", "/v1/run", DEEP, None, None),
    ("deep nesting in a field", "POST", "/v1/run", RUN % (',"args":' + DEEP), 400, "malformed_json"),
    ("unknown language", "POST", "/v1/run", RUN.replace("python", "klingon") % "", 422, "unknown_language"),
    ("unknown route", "GET", "/v1/nothing", None, 404, "not_found"),
    ("wrong method", "DELETE", "/v1/run", None, 405, "method_not_allowed"),
    ("no such run", "GET", "/v1/runs/run_01JD0000000000000000000000", None, 404, "not_found"),
    ("no such session", "GET", "/v1/sessions/ses_01JD0000000000000000000000", None, 404, "not_found"),
    ("no such profile", "GET", "/v1/profiles/prf_01JD0000000000000000000000", None, 404, "not_found"),
    ("id of another kind", "GET", "/v1/runs/ses_01JD0000000000000000000000", None, 422, "invalid_request"),
    ("bad query", "GET", "/v1/profiles?limit=0", None, 422, "invalid_request"),
    ("query that is no number", "GET", "/v1/profiles?limit=many", None, 422, "invalid_request"),
]


def raw(port, data, wait=5.0, pause=0.0):
    """Sends bytes as they are; what comes back until the other side closes or `wait` is over."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as sock:
        for piece in data if isinstance(data, list) else [data]:
            sock.sendall(piece)
            time.sleep(pause)
        answer = b""
        try:
            while piece := sock.recv(65536):
                answer += piece
                if b"\r\n\r\n" in answer and b"}" in answer:
                    break
        except (TimeoutError, ConnectionResetError):
            pass
        return answer


def is_problem(answer, what):
    value = answer.json
    check(answer.headers.get("Content-Type", "").startswith("application/problem+json"), f"{what}: media type", answer)
    members = ("type", "title", "status", "code", "request_id")
    return check(isinstance(value, dict) and all(m in value for m in members) and value["status"] == answer.status, f"{what}: RFC 9457", answer)


def table(client):
    for what, method, path, body, status, code in TABLE:
        answer = client.request(method, path, body, fresh=True)
        is_problem(answer, what)
        if status:
            check((answer.status, answer.code) == (status, code), f"{what}: {status} {code}", answer)
        else:
            check(answer.status in (400, 422), f"{what}: refused", answer)
    answer = client.post("/v1/run", '{"language":"python","files":[{"path":"main.py","content":"x"}],"limits":{"cpu_ms":"2"}}')
    check(any(e["pointer"] == "/limits/cpu_ms" for e in answer.json.get("errors", [])), "the field is named", answer)
    answer = client.request("POST", "/v1/run", "a=b", headers={"Content-Type": "application/x-www-form-urlencoded"})
    check((answer.status, answer.code) == (415, "unsupported_media_type"), "wrong media type", answer)


def identities(running, client):
    path = "/v1/sessions"
    for what, token in [("no identity", None), ("nonsense", "nonsense"), ("forged", forge(client.token)), ("none algorithm", none_algorithm(client.token))]:
        answer = running.client(token).get(path)
        is_problem(answer, what)
        check((answer.status, answer.code) == (401, "unauthenticated"), f"{what}: 401", answer)
    answer = running.client().get(path, headers={"X-CC-Identity": "eyJ1c2VyX2lkIjoieCJ9.AAAA"})
    check(answer.status == 401, "an identity stated from outside is not believed", answer)
    session = client.post("/v1/sessions", {"title": "Mine", "files": [{"path": "main.py", "content": "print(1)"}]}).json["id"]
    other = running.guest("Other")
    for method, path, body in [
            ("GET", f"/v1/sessions/{session}", None), ("GET", f"/v1/sessions/{session}/files/main.py", None),
            ("PUT", f"/v1/sessions/{session}/files/main.py", {"content": "x"}), ("DELETE", f"/v1/sessions/{session}", None),
            ("POST", f"/v1/sessions/{session}/runs", {}), ("GET", f"/v1/sessions/{session}/events", None),
            ("GET", f"/v1/sessions/{session}/docs", None)]:
        answer = other.request(method, path, body)
        check(answer.status in (403, 404), f"another's session: {method} {path.split('/', 4)[-1]}", answer)
    run = client.run("python", "print(1)")
    check(other.get(f"/v1/runs/{run['id']}").status == 404, "another's run is not there")


def forge(token):
    head, payload, signature = token.split(".")
    return f"{head}.{payload}.{signature[:-4]}AAAA"


def none_algorithm(token):
    import base64
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    return f"{head}.{token.split('.')[1]}."


def wires(running, client):
    port, line = running.base, f"POST /v1/run HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {client.token}\r\nContent-Type: application/json\r\n".encode()
    answer = raw(port, line + b"Content-Length: 99999999999\r\n\r\n")
    check(b" 413 " in answer and b"body_too_large" in answer, "oversize body by its length", answer[:300])
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    answer = b""
    try:
        answer = raw(port, [line + b"Transfer-Encoding: chunked\r\n\r\n"] + [chunk] * 400, wait=8)
    except TimeoutError:
        answer = b"(hangs)"
    except (BrokenPipeError, ConnectionResetError):
        answer = b" 413 (cut while sending)"
    check(b" 413 " in answer, "oversize body in chunks", answer[:300])
    for what, data in [
            ("two lengths", line + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
            ("length and chunks", line + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"),
            ("no host", b"GET /livez HTTP/1.1\r\n\r\n"), ("two hosts", b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
            ("space before the colon", b"GET /livez HTTP/1.1\r\nHost : a\r\n\r\n"), ("nonsense", b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n"),
            ("absolute target", b"GET http://a/livez HTTP/1.1\r\nHost: b\r\n\r\n"), ("old protocol", b"GET /livez HTTP/2.0\r\nHost: b\r\n\r\n")]:
        answer = raw(port, data)
        check(answer == b"" or answer.split(b" ")[1:2] in ([b"400"], [b"431"], [b"505"]), f"{what}: refused", answer[:200])
    answer = raw(port, b"GET /livez HTTP/1.1\r\nHost: a\r\n" + b"X: " + b"y" * 70_000 + b"\r\n\r\n")
    check(answer == b"" or b" 431 " in answer or b" 400 " in answer, "huge header", answer[:200])
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.sendall(line + b"Content-Length: 1000\r\n\r\n{\"lang")
    check(client.get("/v1/sessions").status == 200, "cut connections harm nobody")
    with socket.create_connection(("127.0.0.1", port), timeout=15 * SLACK) as sock:
        started = time.monotonic()
        sock.sendall(b"GET /livez HTTP/1.1\r\nHo")
        answer = b""
        try:
            while piece := sock.recv(4096):
                answer += piece
        except (TimeoutError, ConnectionResetError):
            pass
        check(b" 408 " in answer and b"request_timeout" in answer, "a slow head is told why", answer[:300])
        check(time.monotonic() - started < 14 * SLACK, "a slow head is ended", time.monotonic() - started)


def catalogue(client):
    """Every endpoint of the document is served: whatever it answers, it is neither unknown nor unimplemented."""
    document = client.get("/openapi.json").json
    check(document["openapi"].startswith("3.1"), "OpenAPI 3.1")
    served = 0
    samples = {"session_id": "ses_01JD0000000000000000000000", "run_id": "run_01JD0000000000000000000000",
               "execution_id": "exe_01JD0000000000000000000000", "profile_id": "prf_01JD0000000000000000000000",
               "invitation_id": "inv_01JD0000000000000000000000", "sign_in_id": "sin_01JD0000000000000000000000",
               "token_id": "pat_01JD0000000000000000000000", "user_id": "usr_01JD0000000000000000000000",
               "path": "main.py", "path*": "main.py", "document": "main", "sequence": "1", "token": "x" * 43, "digest": "0" * 64, "language_id": "71", "trace_id": "0" * 31 + "1"}
    for path, methods in document["paths"].items():
        filled = path
        for name, value in samples.items():
            filled = filled.replace("{" + name + "}", value)
        for method, operation in methods.items():
            name = operation.get("operationId", "")
            if method not in ("get", "post", "put", "patch", "delete") or name in ("auth.logout", "auth.logout_all", "auth.delete_me"):
                continue
            answer = client.request(method.upper(), filled, {} if method in ("post", "put", "patch") else None, fresh=True)
            unknown = answer.status == 404 and "nothing at this path" in (answer.json or {}).get("detail", "")
            check(not unknown and answer.status not in (405, 500, 501, 502, 503), f"{method.upper()} {path} is served", answer)
            check(operation.get("summary") and operation.get("responses"), f"{method.upper()} {path} is documented")
            served += 1
    tell(f"{served} operations served")


def leaks(running, client):
    """A thousand rounds of bad requests; then descriptors, memory and processes are where they were."""
    count = int(os.environ.get("CODECOLLAB_BAD_REQUESTS", "4000"))
    bad = [row for row in TABLE if row[5] in ("malformed_json", "invalid_request", "not_found", "method_not_allowed")]

    def blast(rounds):
        for index in range(rounds):
            what, method, path, body, _, _ = bad[index % len(bad)]
            answer = client.request(method, path, body)
            if answer.status == 429:
                time.sleep(0.2)
            elif not 400 <= answer.status < 500:
                check(False, f"under load: {what}", answer)

    def state():
        pids = {name: s["pid"] for name, s in running.ps().items()}
        return pids, {n: descriptors(p) for n, p in pids.items()}, {n: memory(p) for n, p in pids.items()}, len(running.processes())

    blast(1000)
    time.sleep(2)
    before = state()
    blast(count)
    time.sleep(2)
    after = state()
    check(before[0] == after[0], "no service was restarted", (before[0], after[0]))
    for name in before[0]:
        check(after[1][name] <= before[1][name] + 8, f"{name}: descriptors", (before[1][name], after[1][name]))
        check(after[2][name] <= before[2][name] + (16 << 20), f"{name}: memory", (before[2][name], after[2][name]))
    check(after[3] <= before[3], "processes", (before[3], after[3]))
    tell(f"{count} bad requests:", ", ".join(f"{n} {(after[2][n] - before[2][n]) // 1024:+} KiB" for n in before[0]))


def main():
    with fleet() as running:
        client = running.guest()
        table(client)
        identities(running, client)
        wires(running, client)
        catalogue(client)
        leaks(running, client)
    end()


main()
