"""The document engine, native and as WebAssembly, beside node-yjs, yrs (pycrdt) and loro: CPU time, one run.

CODECOLLAB_TRACES names a folder of editing traces (github.com/josephg/editing-traces, *.json.gz); without it a
session is made up. CODECOLLAB_ENGINE_WASM names the WebAssembly build, CODECOLLAB_PYTHON a Python with pycrdt and
loro. Peers take turns with us, slow ones fewer; a missing one is named and its ratios are left out. Figures only,
exit 0.
"""
import gzip, json, os, pathlib, random, shutil, statistics, subprocess, sys, tempfile, time

if {"-h", "--help"} & set(sys.argv[1:]):
    sys.exit(print(f"python3 Tests/Bench/{pathlib.Path(__file__).name}\n\n{__doc__}"))

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CRDT = os.environ.get("CODECOLLAB_CRDT", str(ROOT / ".build/release/crdt"))
WASM = os.environ.get("CODECOLLAB_ENGINE_WASM", str(ROOT / ".build/wasm/crdt.wasm"))
PYTHON = os.environ.get("CODECOLLAB_PYTHON", str(ROOT / ".build/venv/bin/python"))
ROUNDS = int(os.environ.get("CODECOLLAB_BENCH_ROUNDS", "3"))
NODE = ["node", "--expose-gc", str(HERE / "documents_node.cjs")]
PEERS = [PYTHON, str(HERE / "documents_peers.py")]
ROWS, MISSING = [], set()
# A peer's turn that takes longer than this many seconds is its last one: all traces in some minutes.
SLOW = 8


def run(command):
    """What the program prints as JSON; nothing, with its name noted, when it cannot run."""
    environment = {"NODE_PATH": "/usr/share/nodejs", **os.environ}
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=environment)
    except OSError as failure:
        MISSING.add(str(failure))
        return {}
    if done.returncode:
        MISSING.add(f"{pathlib.Path(command[0]).name}: {done.stderr.strip().splitlines()[-1:] or done.returncode}")
        return {}
    return json.loads(done.stdout.strip().splitlines()[-1])


def middle(results):
    """Medians of the numbers of several runs; whatever else they said is taken from the last."""
    joined = {}
    for result in results:
        joined.update(result)
    for name, value in joined.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            joined[name] = statistics.median(result[name] for result in results if name in result)
    return joined


def bar(what, ours, theirs, least, unit="ms"):
    """`theirs` is at least `least` times `ours`; for sizes and overheads the ratio is turned round."""
    if ours is None or theirs is None:
        ROWS.append({"what": what, "ours": ours, "theirs": theirs, "ratio": None, "bar": f">= {least} x", "met": None})
        return
    ratio = theirs / ours if ours else float("inf")
    ROWS.append({"what": what, "ours": ours, "theirs": theirs, "ratio": ratio, "bar": f">= {least} x", "met": ratio >= least, "unit": unit})


def at_most(what, ours, theirs, most, unit):
    if not ours or not theirs:
        ROWS.append({"what": what, "ours": ours, "theirs": theirs, "ratio": None, "bar": f"<= {most} x", "met": None})
        return
    ratio = ours / theirs
    ROWS.append({"what": what, "ours": ours, "theirs": theirs, "ratio": ratio, "bar": f"<= {most} x", "met": ratio <= most, "unit": unit})


def holds(what, first, second):
    if first is not None and second is not None:
        ROWS.append({"what": what, "ours": None, "theirs": None, "ratio": None, "bar": "equal", "met": first == second})


def in_turns(commands):
    """The medians of what each command prints; after a slow turn a peer has no other. Ours is the first."""
    results, slow = [[] for _ in commands], set()
    for _ in range(ROUNDS):
        for place, command in enumerate(commands):
            if place in slow:
                continue
            started = time.monotonic()
            results[place].append(run(command))
            if place and time.monotonic() - started > SLOW:
                slow.add(place)
    return [middle(part) for part in results]


def trace(path, folder):
    name = path.name[:-len(".json.gz")]
    log, state = folder / f"{name}.upd", folder / f"{name}.state"
    wasm = [WASM] if os.path.exists(WASM) else []
    own, node, peers = in_turns([
        [CRDT, "replay", path, "--log", log, "--state", state], [*NODE, "trace", path, 1, *wasm],
        [*PEERS, "trace", path, log, state, 1]])
    compare(name, own, node, peers)
    if wasm:
        compare_wasm(name, own, node)
    return {"crdt": own, "node": node, "peers": peers}


def compare(name, own, node, peers):
    holds(f"{name}: updates equal those of yjs", own.get("updates_sha256"), node.get("yjs_updates_sha256"))
    holds(f"{name}: state equals that of yjs", own.get("state_sha256"), node.get("yjs_state_sha256"))
    bar(f"{name}: local edits and events / yjs", own.get("local_cpu_ms"), node.get("yjs_local"), 40)
    if "loro_local" in peers:
        bar(f"{name}: local edits and events / loro without", own.get("local_cpu_ms"), peers["loro_local"], 1)
    bar(f"{name}: remote one by one / yjs", own.get("remote_cpu_ms"), node.get("yjs_remote"), 8)
    bar(f"{name}: remote one by one / yrs", own.get("remote_cpu_ms"), peers.get("yrs_remote"), 3)
    bar(f"{name}: load / yjs", own.get("load_cpu_ms"), node.get("yjs_load"), 20)
    bar(f"{name}: load / yrs", own.get("load_cpu_ms"), peers.get("yrs_load"), 1)
    bar(f"{name}: encode / yrs", own.get("encode_cpu_ms"), peers.get("yrs_encode"), 1)
    at_most(f"{name}: memory after load / yjs", own.get("loaded_bytes"), node.get("yjs_heap_bytes"), 0.5, "B")
    at_most(f"{name}: own snapshot / Yjs v2", own.get("snapshot_bytes"), node.get("v2_bytes"), 1, "B")
    at_most(f"{name}: load of the own snapshot / of the state", own.get("snapshot_load_cpu_ms"), own.get("load_cpu_ms"), 1, "ms")
    if "transaction_cpu_ms" in own:
        at_most(f"{name}: one transaction / one each", own["transaction_cpu_ms"], own["local_cpu_ms"], 1.5, "ms")


def compare_wasm(name, own, node):
    holds(f"{name}: wasm updates equal the native ones", own.get("updates_sha256"), node.get("wasm_updates_sha256"))
    for verb in ("local", "remote", "load"):
        bar(f"{name}: wasm {verb} / yjs", node.get(f"wasm_{verb}"), node.get(f"yjs_{verb}"), 5)


def merging(folder):
    log = folder / "small.upd"
    own = run([CRDT, "measure", "merge", "--write", log])
    node, peers = run([*NODE, "merge", log, 20_000]), run([*PEERS, "merge", log, 20_000])
    bar("merge of 20,000 small updates / yjs", own.get("merge_x1_cpu_ms"), node.get("yjs_merge"), 100)
    bar("merge of 20,000 small updates / yrs", own.get("merge_x1_cpu_ms"), peers.get("yrs_merge"), 1)
    if "merge_x1_cpu_ms" in own:
        for factor in (10, 100):
            at_most(f"merge x{factor}: linear, with a quarter of slack", own[f"merge_x{factor}_cpu_ms"], own["merge_x1_cpu_ms"] * factor, 1.25, "ms")
    own["shuffled"] = mixed = run([CRDT, "measure", "merge", "--shuffled"])
    # Every pass is linear, but what lies behind the processor's caches is fetched for each update: shown, no bar.
    print("merge in a random order: " + ", ".join(f"x{factor} {mixed.get(f'merge_x{factor}_cpu_ms')} ms" for factor in (1, 10, 100)), flush=True)
    return {"crdt": own, "node": node, "peers": peers}


def conflicts(folder):
    run([*NODE, "conflicts", folder])
    report = {}
    names = {"b3_5": "1,540 clients insert at 0", "b3_1": "1,540 clients set one key",
             "b3_array": "1,540 clients insert into an array", "b2_2": "2 users, 6,000 random letters each"}
    for file, name in names.items():
        log = folder / f"{file}.upd"
        own, node, peers = in_turns([
            [CRDT, "measure", "apply", log], [*NODE, "apply", log, 3], [*PEERS, "apply", log, 3]])
        bar(f"{name} / yrs", own.get("apply_cpu_ms"), peers.get("yrs_apply"), 1)
        bar(f"{name} / yjs", own.get("apply_cpu_ms"), node.get("yjs_apply"), 1)
        report[file] = {"crdt": own, "node": node, "peers": peers}
    return report


def wasm_size():
    if not os.path.exists(WASM):
        MISSING.add(f"{WASM}: `make wasm` builds it")
        return {}
    size = len(gzip.compress(pathlib.Path(WASM).read_bytes(), 9))
    at_most("wasm gzipped / 25 KB", size, 25 * 1024, 1, "B")
    return {"gzip_bytes": size, "bytes": os.path.getsize(WASM)}


def made_up(folder):
    """A session of somebody who types, goes back, deletes: for machines without the real traces."""
    dice, text, patches, place = random.Random(7), [], [], 0
    for _ in range(60_000):
        if dice.random() < 0.02:
            place = dice.randrange(len(text) + 1)
        if place and dice.random() < 0.2:
            place -= 1
            del text[place]
            patches.append([place, 1, ""])
        else:
            letter = dice.choice("etaoin shrdlu\n")
            text.insert(place, letter)
            patches.append([place, 0, letter])
            place += 1
    path = folder / "made-up.json.gz"
    session = {"startContent": "", "endContent": "".join(text), "txns": [{"patches": [patch]} for patch in patches]}
    path.write_bytes(gzip.compress(json.dumps(session).encode()))
    return [path]


def show():
    width = max(len(row["what"]) for row in ROWS)
    number = lambda value, unit: "-" if value is None else f"{value:,.0f} {unit}" if unit == "B" else f"{value:,.3f} {unit}"
    for row in ROWS:
        unit = row.get("unit", "ms")
        ratio = "" if row["ratio"] is None else f"{row['ratio']:,.2f} x"
        verdict = {True: "met", False: "MISSED", None: "not measured"}[row["met"]]
        print(f"{row['what']:{width}}  {number(row['ours'], unit):>14}  {number(row['theirs'], unit):>14}  {ratio:>12}  {row['bar']:>8}  {verdict}")
    missed = [row["what"] for row in ROWS if row["met"] is False]
    print(f"{sum(row['met'] is True for row in ROWS)} bars met, {len(missed)} missed, {sum(row['met'] is None for row in ROWS)} not measured; "
          f"{ROUNDS} rounds, medians of CPU time")
    for reason in sorted(MISSING):
        print(f"missing: {reason}")


def main():
    with tempfile.TemporaryDirectory(prefix="codecollab-documents-") as name:
        folder = pathlib.Path(name)
        given = os.environ.get("CODECOLLAB_TRACES")
        traces = sorted(pathlib.Path(given).glob("*.json.gz")) if given else []
        if wanted := sys.argv[1:]:
            traces = [path for path in traces if path.name[:-len(".json.gz")] in wanted]
        if not traces:
            print("no traces: CODECOLLAB_TRACES names a folder of *.json.gz; a made-up session is measured instead", flush=True)
            traces = made_up(folder)
        report = {"wasm": wasm_size(), "merge": merging(folder), "conflicts": conflicts(folder)}
        for path in traces:
            report[path.name] = trace(path, folder)
        show()
        if target := os.environ.get("CODECOLLAB_BENCH_DOCUMENTS_JSON"):
            pathlib.Path(target).write_text(json.dumps({"rows": ROWS, "report": report}, indent=1))
    shutil.rmtree(folder, ignore_errors=True)


main()
