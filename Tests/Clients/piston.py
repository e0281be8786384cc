"""Piston's documented requests (docs/api-v2.md) at our door: they are sent as they are documented."""
from fleet import *
from websocket import WebSocket

BASE = "/compat/piston/api/v2"
DOCUMENTED = """{
  "language": "js",
  "version": "24.16.0",
  "files": [
    {
      "name": "my_cool_code.js",
      "content": "console.log(process.argv)"
    }
  ],
  "stdin": "",
  "args": ["1", "2", "3"],
  "compile_timeout": 10000,
  "run_timeout": 3000,
  "compile_memory_limit": -1,
  "run_memory_limit": -1
}"""


def python(client, source, **fields):
    body = {"language": "python", "version": "3.x", "files": [{"content": source}], **fields}
    return client.post(f"{BASE}/execute", body)


def documented(running, client):
    answer = running.client().get(f"{BASE}/runtimes")
    listed = answer.json
    check(answer.status == 200 and isinstance(listed, list) and listed, "runtimes: a list", answer)
    for runtime in listed:
        check(set(runtime) >= {"language", "version", "aliases"} and runtime["version"].count(".") == 2, "runtimes: a line", runtime)
    packages = running.client().get(f"{BASE}/packages").json
    check(all(set(p) == {"language", "language_version", "installed"} for p in packages), "packages", packages)
    answer = client.post(f"{BASE}/execute", DOCUMENTED)
    value = answer.json or {}
    run = value.get("run", {})
    check(answer.status == 200 and value.get("language") == "javascript", "the documented request", answer)
    check({"stdout", "stderr", "code", "signal", "output"} <= set(run), "the documented members", answer)
    check(run.get("code") == 0 and run.get("signal") is None and run.get("stderr") == "", "it ends well", answer)
    check(all(f"'{word}'" in run.get("stdout", "") for word in "123") and "my_cool_code.js" in run.get("stdout", ""), "its arguments", answer)
    check(run.get("output") == run.get("stdout") and "compile" not in value, "output and stages", answer)


def endings(client):
    run = python(client, "import sys; print(sys.stdin.read(), end=''); sys.exit(3)", stdin="hällo\n").json["run"]
    check((run["stdout"], run["code"], run["status"]) == ("hällo\n", 3, "RE"), "stdin and exit code", run)
    run = python(client, "while True: pass", run_timeout=600).json["run"]
    check((run["code"], run["signal"], run["status"]) == (None, "SIGKILL", "TO"), "a time limit", run)
    run = python(client, "import os; os.kill(os.getpid(), 11)").json["run"]
    check((run["code"], run["signal"], run["status"]) == (None, "SIGSEGV", "SG"), "a signal", run)
    run = python(client, "print('x' * 3000000)").json["run"]
    check(run["status"] == "OL" and "length exceeded" in run["message"], "too much output", str(run)[:200])
    run = python(client, "x = 'x' * (200 << 20)", run_memory_limit=64 << 20).json["run"]
    check(run["code"] != 0 or run["signal"], "a memory limit", run)
    run = python(client, "import sys; print(1, flush=True); print(2, file=sys.stderr, flush=True); print(3)").json["run"]
    check(run["stdout"] == "1\n3\n" and run["stderr"] == "2\n" and sorted(run["output"]) == sorted("1\n2\n3\n"), "both streams", run)
    check(run["cpu_time"] >= 0 and run["wall_time"] > 0 and run["memory"] > 0, "figures", run)


def compiled(client):
    body = {"language": "c", "version": "*", "files": [
        {"name": "main.c", "content": "#include \"answer.h\"\n#include <stdio.h>\nint main(void){printf(\"%d\\n\", ANSWER);return 0;}"},
        {"name": "answer.h", "content": "23646566696e6520414e53574552203432", "encoding": "hex"}]}
    body["files"][1]["content"] = b"#define ANSWER 42\n".hex()
    value = client.post(f"{BASE}/execute", body).json
    check(value["run"]["stdout"] == "42\n" and value["compile"]["code"] == 0, "a compiled program", value)
    body["files"][0]["content"] = "int main(void) { return x; }"
    value = client.post(f"{BASE}/execute", body).json
    check(value["compile"]["code"] == 1 and "error" in value["compile"]["stderr"] and value["run"] == value["compile"], "a program that does not compile", value)


def refusals(running, client):
    good = json.loads(DOCUMENTED)
    for change, message in [
            ({"language": None}, "language is required as a string"), ({"version": None}, "version is required as a string"),
            ({"files": None}, "files is required as an array"), ({"files": [{"name": "a"}]}, "files[0].content is required as a string"),
            ({"language": "klingon"}, "klingon-24.16.0 runtime is unknown"),
            ({"run_timeout": 999999}, "run_timeout cannot exceed the configured limit of 60000"),
            ({"files": [{"name": "../x", "content": ""}]}, None), ({"files": [{"content": "0g", "encoding": "hex"}]}, None),
            ({"args": 7}, None), ({"files": []}, None)]:
        answer = client.post(f"{BASE}/execute", {k: v for k, v in {**good, **change}.items() if v is not None})
        said = (answer.json or {}).get("message")
        check(answer.status == 400 and isinstance(said, str) and (message is None or said == message), f"refused: {change}", answer)
        check(answer.headers.get("Content-Type", "").startswith("application/json"), "the media type of an error", answer)
    answer = client.request("POST", f"{BASE}/execute", DOCUMENTED, headers={"Content-Type": "text/plain"})
    check(answer.status == 415 and "message" in answer.json, "another media type", answer)
    answer = running.client().post(f"{BASE}/execute", DOCUMENTED)
    check(answer.status == 401 and list(answer.json) == ["message"], "nobody", answer)
    answer = client.post(f"{BASE}/execute", {**good, "unheard_of": [1, {"a": 2}]})
    check(answer.status == 200, "members of other releases", answer)


def connected(running, client):
    """api/src/api/v2.js: init, runtime, stage, data both ways, signal, exit, and the close codes."""
    port, path = client.port, f"{BASE}/connect"

    def talk(*messages, until=None, then=()):
        socket = WebSocket(port, path, client.token)
        check(socket.status == 101, "connect", socket.status)
        for message in messages:
            socket.send(message)
        said, shown = [], ""
        for text in socket.messages():
            said.append(json.loads(text))
            shown += said[-1].get("data", "")
            if until and shown.endswith(until):
                until = None
                for message in then:
                    socket.send(message)
        return said, socket.closed

    def first(content, language="python", **fields):
        return {"type": "init", "language": language, "version": "*", "files": [{"content": content}], **fields}

    said, code = talk(first("print('who?', flush=True); print('hello ' + input()); raise SystemExit(3)", stdin="not this\n"),
                      until="who?\n", then=[{"type": "data", "stream": "stdin", "data": "Ada\n"}])
    check([m["type"] for m in said if m["type"] != "data"] == ["runtime", "stage", "exit"] and code == 4999, "a talk", (said, code))
    check(set(said[0]) == {"type", "language", "version"} and said[0]["language"] == "python", "runtime", said)
    check(said[1] == {"type": "stage", "stage": "run"}, "stage", said)
    check("".join(m["data"] for m in said if m["type"] == "data") == "who?\nhello Ada\n", "data", said)
    check(said[-1] == {"type": "exit", "stage": "run", "code": 3, "signal": None}, "exit", said)
    said, code = talk(first("#include <stdio.h>\nint main(void){puts(\"hi\");return 0;}", "c"))
    check([m.get("stage") for m in said if m["type"] in ("stage", "exit")] == ["compile", "compile", "run", "run"] and code == 4999, "two stages", said)
    said, code = talk(first("int main(void) { return x; }", "c"))
    check(said[-1]["stage"] == "compile" and said[-1]["code"] == 1 and code == 4999, "it does not compile", said)
    check(any(m["type"] == "data" and m["stream"] == "stderr" and "error" in m["data"] for m in said), "and says why", said)
    said, code = talk(first("print('on', flush=True)\nwhile True: pass"), until="on\n", then=[{"type": "signal", "signal": "SIGTERM"}])
    check(said[-1]["signal"] == "SIGTERM" and said[-1]["code"] is None, "a signal", said)
    said, code = talk(first("while True: pass", run_timeout=500))
    check(said[-1]["signal"] == "SIGKILL" and code == 4999, "a time limit", (said, code))
    waiting = first("input()")
    for messages, wanted in [([{"type": "data", "stream": "stdin", "data": ""}], 4003), ([{"type": "signal", "signal": "SIGINT"}], 4003),
                             ([waiting, waiting], 4000), ([waiting, {"type": "data", "stream": "stderr", "data": ""}], 4004),
                             ([waiting, {"type": "signal", "signal": "SIGFOO"}], 4005), (["no json"], 4002), ([], 4001),
                             ([{**waiting, "language": "klingon"}], 4002)]:
        said, code = talk(*messages)
        check(code == wanted, f"close code {wanted}", (messages, said, code))
    check(said[-1] == {"type": "error", "message": "klingon-* runtime is unknown"}, "an error before the code", said)
    nobody = WebSocket(port, path)
    check(nobody.status == 401, "nobody connects", nobody.status)
    by_query = WebSocket(port, f"{path}?access_token={client.token}")
    check(by_query.status == 101, "a browser connects", by_query.status)
    by_query.close()


def seated(client):
    """Our own terminal through the gateway."""
    body = {"language": "python", "terminal": {"columns": 60, "rows": 20}, "files": [{"path": "main.py", "content":
            "import os, sys\nprint(os.get_terminal_size().columns, sys.stdin.isatty())\nprint('<' + input('? ') + '>')"}]}
    # With a key the gateway may ask again where a connection to the service has gone meanwhile.
    answer = client.post("/v1/executions", body)
    if not check(answer.status == 202, "a program at a terminal", answer):
        return
    path = f"/v1/executions/{answer.json['id']}/terminal"
    socket, shown, last = WebSocket(client.port, path, client.token), b"", None
    for message in socket.messages():
        if isinstance(message, bytes):
            check(int.from_bytes(message[:8], "big") == len(shown), "output without a gap", message)
            shown += message[8:]
            if shown.endswith(b"? "):
                socket.send(b"Ada\r")
        else:
            last = json.loads(message)
    check(shown == b"60 True\r\n? Ada\r\n<Ada>\r\n", "a terminal", shown)
    check(last["type"] == "finished" and last["data"]["result"]["verdict"] == "ok" and socket.closed == 1000, "its end", last)


def main():
    with fleet() as running:
        client = running.guest()
        documented(running, client)
        endings(client)
        compiled(client)
        refusals(running, client)
        connected(running, client)
        seated(client)
    end()


main()
