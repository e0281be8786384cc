"""What valid data means beyond its form, for the calls that schemathesis makes.

A schema says how a request looks; some rules bind it to the world: a key is used once, a password is none that everybody
tries, an entry is one of the files sent along. Valid requests are made to keep them, so that every refusal that is left
is a finding. Invalid ones go out as they were made.
"""
import base64, http.client, json, os, time, uuid
import schemathesis

PORT = int(os.environ["CODECOLLAB_FUZZ_PORT"])
KIND, TOKEN = os.environ["CODECOLLAB_FUZZ_KIND"], os.environ["CODECOLLAB_FUZZ_TOKEN"]
# Each of these ends the identity that calls it.
ENDING = {"auth.logout", "auth.logout_all", "auth.delete_me", "auth.end_sign_in"}
# Each of these needs something to start or to look at.
STARTING = {"executions.create", "snippets.run", "compilations.create", "diagnostics.create"}


def operation_id(case):
    return case.operation.definition.raw.get("operationId", "")


def is_valid(case):
    return case.meta is None or case.meta.generation.mode.is_positive


def throw_away():
    """A token of an identity that nobody else uses."""
    body = {"name": "Short"} if KIND == "guest" else {
        "login": f"short-{uuid.uuid4().hex[:16]}", "password": f"{uuid.uuid4().hex} of a fuzzed call"}
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    connection.request("POST", "/v1/auth/guest" if KIND == "guest" else "/v1/auth/register", json.dumps(body),
                       {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer["access_token"]


@schemathesis.auth(refresh_interval=None)
class Caller:
    """Adds the token; a long run outlives one, and goes on as somebody else."""
    token, since = TOKEN, time.monotonic()

    def get(self, case, context):
        if operation_id(case) in ENDING:
            return throw_away()
        if time.monotonic() - Caller.since > 480:
            Caller.token, Caller.since = throw_away(), time.monotonic()
        return Caller.token

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context, case, kwargs):
    if not is_valid(case):
        return
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = uuid.uuid4().hex
    if operation_id(case) == "documents.update.post":
        # The smallest update there is: no structs, no deletions.
        case.body = b"\x00\x00"
    if operation_id(case) == "documents.update.get" and case.query and "sv" in case.query:
        # The state vector of one who has nothing.
        case.query["sv"] = "AA"
    if isinstance(case.body, dict):
        keep_rules(case.body, operation_id(case))


def keep_rules(body, operation):
    """Changes values in place, never their form."""
    for name in ("password", "new_password"):
        if isinstance(body.get(name), str) and operation in ("auth.register", "auth.patch_me"):
            body[name] = f"{uuid.uuid4().hex} of a fuzzed call"
    if operation == "auth.patch_me" and body.get("new_password"):
        body["current_password"] = "a guess, which is counted"
    if operation == "auth.register":
        body["login"] = f"fuzzed-{uuid.uuid4().hex[:16]}"
    if body.get("language") is not None:
        body["language"] = "python"
    if operation in STARTING and not body.get("files"):
        body["files"] = [{"path": "main.py", "content": "print(6*7)"}]
        body.pop("artifact", None)
    if operation == "executions.create":
        keep_modes(body)
    if operation == "documents.text.patch":
        body["edits"] = [{"start": 0, "end": 0, "text": "fuzzed"}]
    if operation == "sessions.run":
        body["entry"] = None
    for file in body.get("files") or []:
        keep_encoding(file)
    files = unique_paths(body.get("files"))
    if files is not None:
        body["files"] = files
        if body.get("entry") is not None and files:
            body["entry"] = files[0].get("path")
    keep_encoding(body)


def keep_modes(body):
    """One way of running at a time, none of them for hours, and only variables that have a name."""
    asked = [name for name in ("cases", "repeat", "pipeline", "terminal") if body.get(name) is not None]
    for name in asked[1:]:
        body[name] = None
    if asked:
        body.update(keep_stdin_open=False, sample_usage=False, report=False, collect=[])
        if isinstance(body.get("limits"), dict):
            body["limits"]["wall_ms"] = 1000
        if isinstance(body.get("terminal"), dict):
            body["terminal"].update(wall_ms=1000, idle_ms=1000)
    for index, case in enumerate(body.get("cases") or []):
        case["id"] = f"case-{index}"
    for stage in (body.get("pipeline") or {}).get("stages") or []:
        stage.update(language="python", files=[{"path": "main.py", "content": "print(6*7)"}], entry=None, artifact=None, env={})
    body["env"] = {"A": value for value in list((body.get("env") or {}).values())[:1]}


def keep_encoding(value):
    """A content that is said to be base64 is."""
    if isinstance(value, dict) and value.get("encoding") == "base64" and isinstance(value.get("content"), str):
        value["content"] = base64.b64encode(value["content"].encode("utf-8", "replace")).decode()


def unique_paths(files):
    """No file twice, and none where another needs a folder."""
    if not isinstance(files, list):
        return None
    kept, taken = [], set()
    for file in files:
        path = file.get("path") or file.get("name") or ""
        folders = {path.rsplit("/", depth)[0] for depth in range(1, path.count("/") + 1)}
        if path not in taken and not folders & {one.get("path") for one in kept}:
            kept.append(file)
            taken |= {path} | folders
    return kept
