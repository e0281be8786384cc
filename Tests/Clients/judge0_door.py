"""Judge0's documented requests and its own Python SDK from PyPI at our door; neither knows that it is ours."""
import base64, io, uuid, zipfile
from fleet import *

BASE = "/compat/judge0"
HELLO = '#include <stdio.h>\n\nint main(void) {\n  char name[10];\n  scanf("%s", name);\n  printf("hello, %s\\n", name);\n  return 0;\n}'
USUAL = {"stdout", "time", "memory", "stderr", "token", "compile_output", "message", "status"}


def encoded(text):
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def until_done(client, token, query=""):
    for _ in range(600):
        value = client.get(f"{BASE}/submissions/{token}?{query}").json
        if value["status"]["id"] > 2:
            return value
        time.sleep(0.1)
    return value


def waited(client, query="", **fields):
    return client.post(f"{BASE}/submissions?wait=true{query}", fields)


def documented(client):
    answer = client.post(f"{BASE}/submissions", {"source_code": HELLO, "language_id": 4, "stdin": "world"})
    check(answer.status == 201 and list(answer.json) == ["token"] and uuid.UUID(answer.json["token"]).version == 4, "a token", answer)
    value = until_done(client, answer.json["token"])
    check(set(value) == USUAL and value["stdout"] == "hello, world\n" and value["status"] == {"id": 3, "description": "Accepted"}, "the submission", value)
    check(isinstance(value["time"], str) and float(value["time"]) >= 0 and isinstance(value["memory"], int), "time and memory", value)
    check(value["stderr"] is None and value["compile_output"] is None and value["message"] is None, "what there is not", value)
    some = client.get(f"{BASE}/submissions/{value['token']}?fields=stdout,stderr,status_id,language_id").json
    check(some == {"stdout": "hello, world\n", "stderr": None, "status_id": 3, "language_id": 4}, "fields", some)
    full = client.get(f"{BASE}/submissions/{value['token']}?base64_encoded=true").json
    check(full["stdout"] == "aGVsbG8sIHdvcmxkCg==\n", "base64 with its line end", full)

    answer = client.post(f"{BASE}/submissions", {"source_code": HELLO})
    check((answer.status, answer.json) == (422, {"language_id": ["can't be blank"]}), "no language", answer)
    answer = client.post(f"{BASE}/submissions", {"source_code": HELLO, "language_id": 150000, "stdin": "world", "expected_output": "hello, world"})
    check((answer.status, answer.json) == (422, {"language_id": ["language with id 150000 doesn't exist"]}), "an unknown language", answer)
    answer = client.post(f"{BASE}/submissions", {
        "source_code": HELLO, "language_id": 4, "number_of_runs": 1, "stdin": "Judge0", "expected_output": "hello, Judge0",
        "cpu_time_limit": 1, "cpu_extra_time": 0.5, "wall_time_limit": 100000, "memory_limit": 128000, "stack_limit": 128000,
        "enable_per_process_and_thread_time_limit": False, "enable_per_process_and_thread_memory_limit": False, "max_file_size": 1024})
    check((answer.status, answer.json) == (422, {"wall_time_limit": ["must be less than or equal to 150"]}), "a limit", answer)
    answer = client.post(f"{BASE}/submissions?base64_encoded=true", {
        "source_code": "I2luY2x1ZGUgPHN0ZGlvLmg+CgppbnQgbWFpbih2b2lkKSB7CiAgY2hhciBuYW1lWzEwXTsKICBzY2FuZigiJXMiLCBuYW1lKTsKICBwcmludGYoImhlbGxvLCAlc1xuIiwgbmFtZSk7CiAgcmV0dXJuIDA7Cn0=",
        "language_id": 4, "input": "SnVkZ2Uw"})
    check(answer.status == 201 and "token" in answer.json, "base64 in", answer)
    answer = waited(client, source_code=HELLO, language_id="4", stdin="Judge0", expected_output="hello, Judge0")
    check(answer.status == 201 and set(answer.json) == USUAL and answer.json["stdout"] == "hello, Judge0\n" and answer.json["status"]["id"] == 3, "wait=true", answer)
    answer = waited(client, source_code="printf '\\376'", language_id=46)
    check(answer.status == 201 and answer.json.get("error") == "some attributes for this submission cannot be converted to UTF-8, use base64_encoded=true query parameter", "no text, waited for", answer)
    answer = client.get(f"{BASE}/submissions/{answer.json['token']}")
    check(answer.status == 400 and list(answer.json) == ["error"], "no text, asked for", answer)


def batches(client):
    answer = client.post(f"{BASE}/submissions/batch", {"submissions": [
        {"language_id": 46, "source_code": "echo hello from Bash"}, {"language_id": 71, "source_code": "print(\"hello from Python\")"},
        {"language_id": 72, "source_code": ""}]})
    check(answer.status == 201 and [list(item) for item in answer.json] == [["token"], ["token"], ["source_code"]], "a batch, one of it wrong", answer)
    check(answer.json[2] == {"source_code": ["can't be blank"]}, "the complaint", answer)
    tokens = [item["token"] for item in answer.json[:2]]
    for token in tokens:
        until_done(client, token)
    answer = client.get(f"{BASE}/submissions/batch?tokens={tokens[0]},{uuid.uuid4()},{tokens[1]}&fields=token,stdout,status_id")
    found = answer.json["submissions"]
    check([s and s["stdout"] for s in found] == ["hello from Bash\n", None, "hello from Python\n"], "the batch", answer)
    many = [{"language_id": 46, "source_code": "true"}] * 21
    answer = client.post(f"{BASE}/submissions/batch", {"submissions": many})
    check((answer.status, answer.json) == (400, {"error": "number of submissions in a batch should be less than or equal to 20"}), "too many", answer)
    answer = client.post(f"{BASE}/submissions/batch", {"submissions": []})
    check((answer.status, answer.json) == (400, {"error": "there should be at least one submission in a batch"}), "none", answer)
    answer = client.get(f"{BASE}/submissions?page=1&per_page=2&fields=status,language,time")
    check(len(answer.json["submissions"]) == 2 and answer.json["meta"]["current_page"] == 1 and answer.json["meta"]["total_count"] > 2, "a page", answer)
    answer = client.get(f"{BASE}/submissions?page=-4")
    check((answer.status, answer.json) == (400, {"error": "invalid page: -4"}), "no page", answer)
    answer = client.get(f"{BASE}/submissions?page=99999999999999999")
    check(answer.status == 422 or answer.json["submissions"] == [], "a page behind the end", answer)


def statuses(client):
    for what, status, fields in [
            ("accepted", 3, {"source_code": "echo a  \necho", "expected_output": "a"}), ("wrong answer", 4, {"source_code": "echo a", "expected_output": "b"}),
            ("cpu", 5, {"source_code": "while :; do :; done", "cpu_time_limit": 0.3}), ("wall", 5, {"source_code": "sleep 9", "wall_time_limit": 1}),
            ("does not compile", 6, {"source_code": "int main(void) { return x; }", "language_id": 50}), ("SIGSEGV", 7, {"source_code": "kill -SEGV $$"}),
            ("SIGXFSZ", 8, {"source_code": "exec head -c 3000000 /dev/zero > f", "max_file_size": 1}), ("SIGFPE", 9, {"source_code": "kill -FPE $$"}),
            ("SIGABRT", 10, {"source_code": "kill -ABRT $$"}), ("exit code", 11, {"source_code": "exit 7"}), ("another signal", 12, {"source_code": "kill -USR1 $$"})]:
        value = waited(client, "&fields=*", **{"language_id": 46, **fields}).json
        check(value["status"]["id"] == status, f"{what}: {status}", value)
        if what == "exit code":
            check(value["exit_code"] == 7 and value["message"] == "Exited with error status 7", "an exit code", value)
        if what == "does not compile":
            check("error" in value["compile_output"] and value["stdout"] is None, "what the compiler said", value)
    value = waited(client, "&fields=*", source_code="echo $2 \"$1\"; cat data/x.txt; echo e >&2", language_id=46, command_line_arguments="'a b' c\\ d", redirect_stderr_to_stdout=True, additional_files=archive()).json
    check(value["stdout"] == "c d a b\nfrom the archive\ne\n" and value["stderr"] is None, "arguments, an archive, one stream", value)
    value = waited(client, "&fields=*", source_code="echo once", language_id=46, number_of_runs=3).json
    check(value["stdout"] == "once\n" and value["number_of_runs"] == 3 and float(value["wall_time"]) < 5, "several runs", value)
    for field, words in [("enable_network", "enabling network is not allowed"), ("callback_url", "setting callback is not allowed"), ("compiler_options", "setting compiler options is not allowed")]:
        answer = waited(client, source_code="true", language_id=46, **{field: True if field == "enable_network" else "x"})
        check((answer.status, answer.json) == (422, {field: [words]}), f"{field} is refused", answer)
    for data in [b"PK nonsense", archive("../x"), archive("/etc/x"), archive("a\\b"), archive("C:/x" * 90)]:
        answer = waited(client, source_code="ls -R", language_id=46, additional_files=data if isinstance(data, str) else encoded(data))
        check(answer.status == 422 and "additional_files" in answer.json, "a wicked archive", answer)


def archive(name="data/x.txt"):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, "from the archive\n")
        file.writestr("data/stored.bin", bytes(range(256)), zipfile.ZIP_STORED)
    return encoded(data.getvalue())


def information(running, client):
    nobody = running.client()
    value = nobody.get(f"{BASE}/statuses").json
    check([s["id"] for s in value] == list(range(1, 15)) and value[12]["description"] == "Internal Error", "statuses", value)
    value = nobody.get(f"{BASE}/languages").json
    check({71, 46} <= {language["id"] for language in value} and all(set(l) == {"id", "name"} for l in value), "languages", value)
    value = nobody.get(f"{BASE}/languages/71").json
    check(value["id"] == 71 and value["name"].startswith("Python") and value["source_file"] == "script.py" and value["is_archived"] is False, "a language", value)
    check(nobody.get(f"{BASE}/languages/150000").status == 404 and any(l["is_archived"] for l in nobody.get(f"{BASE}/languages/all").json), "all languages")
    value = nobody.get(f"{BASE}/about").json
    check(set(value) == {"version", "homepage", "source_code", "maintainer"}, "about", value)
    value = nobody.get(f"{BASE}/workers").json
    check(set(value[0]) == {"queue", "size", "available", "idle", "working", "paused", "failed"} and value[0]["available"] > 0, "workers", value)
    value = nobody.get(f"{BASE}/config_info").json
    check(value["max_wall_time_limit"] == 150 and value["enable_wait_result"] is True and value["enable_callbacks"] is False, "config_info", value)


def identities(running, client):
    answer = running.client().post(f"{BASE}/submissions", {"source_code": "true", "language_id": 46})
    check(answer.status == 401 and list(answer.json) == ["error"], "nobody", answer)
    answer = running.client().post(f"{BASE}/submissions?wait=true", {"source_code": "echo hi", "language_id": 46}, headers={"X-Auth-Token": client.token})
    check(answer.status == 201 and answer.json["stdout"] == "hi\n", "X-Auth-Token", answer)
    token = answer.json["token"]
    check(running.client().get("/v1/sessions", headers={"X-Auth-Token": client.token}).status == 401, "X-Auth-Token is Judge0's only")
    other = running.guest("Other")
    check(other.get(f"{BASE}/submissions/{token}").status == 404, "another's submission is not there")
    answer = client.request("DELETE", f"{BASE}/submissions/{token}?fields=stdout,token")
    check(answer.status == 200 and answer.json == {"stdout": "aGkK\n", "token": token}, "deleted", answer)
    check(client.get(f"{BASE}/submissions/{token}").status == 404, "gone")
    token = client.post(f"{BASE}/submissions", {"source_code": "sleep 1", "language_id": 46}).json["token"]
    answer = client.request("DELETE", f"{BASE}/submissions/{token}")
    check(answer.status == 400 and "cannot be deleted because its status is" in answer.json["error"], "not while it runs", answer)
    answer = client.get(f"{BASE}/submissions/{token}?fields=stdout,colour")
    check((answer.status, answer.json) == (400, {"error": "invalid fields: [colour]"}), "unknown fields", answer)


def sdk(running, client):
    """The SDK as its README uses it; only the endpoint and the header differ."""
    import judge0
    door = judge0.Client(f"http://127.0.0.1:{running.base}{BASE}", {"X-Auth-Token": client.token})
    result = judge0.run(client=door, source_code="print('hello, world')", language=judge0.PYTHON)
    check(result.stdout == "hello, world\n" and result.status == judge0.Status.ACCEPTED, "SDK: hello", result)
    check(result.time is not None and result.memory > 0 and result.created_at is not None, "SDK: figures", result)
    result = judge0.run(client=door, source_code='#include <stdio.h>\n\nint main() {\n    printf("hello, world\\n");\n    return 0;\n}\n', language=judge0.C)
    check(result.stdout == "hello, world\n", "SDK: C", result)
    results = judge0.run(client=door, source_code="print(f'Hello, {input()}!')", language=judge0.PYTHON,
                         test_cases=[("tuple", "Hello, tuple!"), {"input": "dict", "expected_output": "Hello, dict!"}, ["list", "Hello, other!"], judge0.TestCase(input="case", expected_output="Hello, case!")])
    check([r.status.value for r in results] == [3, 3, 4, 3], "SDK: test cases", results)
    submission = judge0.Submission(source_code="import time; time.sleep(0.3); print('later')", language=judge0.PYTHON)
    judge0.async_run(client=door, submissions=submission)
    submission = judge0.async_run(client=door, submissions=submission)
    judge0.wait(client=door, submissions=submission)
    check(submission.stdout == "later\n", "SDK: later", submission)
    result = judge0.run(client=door, source_code="with open('x/data.txt') as f: print(f.read())", language=judge0.PYTHON,
                        additional_files=judge0.Filesystem(content=[judge0.File(name="x/data.txt", content="from a file")]))
    check(result.stdout == "from a file\n", "SDK: additional files", result)
    result = judge0.run(client=door, source_code="while True: pass", language=judge0.PYTHON, cpu_time_limit=0.5)
    check(result.status == judge0.Status.TIME_LIMIT_EXCEEDED, "SDK: a limit", result)
    check(door.get_about()["version"] == "1.13.1" and len(door.get_statuses()) == 14, "SDK: about and statuses")
    check(door.get_language(71).name.startswith("Python") and door.get_config_info().max_submission_batch_size == 20, "SDK: language and configuration")


def main():
    with fleet() as running:
        client = running.guest()
        documented(client)
        batches(client)
        statuses(client)
        information(running, client)
        identities(running, client)
        try:
            import judge0
        except ImportError:
            tell("judge0 is not installed: its SDK was not tried")
        else:
            sdk(running, client)
    end()


main()
