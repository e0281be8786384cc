"""yrs (pycrdt) and loro on the same work; CPU milliseconds, medians, one line of JSON.

documents_peers.py trace TRACE.json.gz LOG STATE ROUNDS   LOG and STATE as `crdt replay --log --state` writes them
documents_peers.py apply LOG ROUNDS | merge LOG COUNT
"""
import gc, gzip, json, statistics, struct, sys, time

import pycrdt

COSTS, FACTS = {}, {}


def timed(name, work):
    gc.collect()
    started = time.process_time()
    result = work()
    COSTS.setdefault(name, []).append((time.process_time() - started) * 1000)
    return result


def read_log(path):
    data, updates, at = open(path, "rb").read(), [], 0
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    while at < len(data):
        length = struct.unpack_from("<I", data, at)[0]
        updates.append(data[at + 4:at + 4 + length])
        at += 4 + length
    return updates


def apply_all(doc, updates):
    apply = doc.apply_update
    for update in updates:
        apply(update)
    return doc


def yrs(trace, updates, state, rounds):
    for _ in range(rounds):
        doc = pycrdt.Doc()
        timed("yrs_remote", lambda: apply_all(doc, updates))
        assert str(doc.get("t", type=pycrdt.Text)) == trace["endContent"], "yrs does not end with endContent"
        for _ in range(5):
            timed("yrs_encode", doc.get_update)
            fresh = pycrdt.Doc()
            text = fresh.get("t", type=pycrdt.Text)
            timed("yrs_load", lambda: (fresh.apply_update(state), len(text)))


def loro(trace, rounds):
    try:
        import loro as engine
    except ImportError:
        return
    patches = [tuple(patch) for transaction in trace["txns"] for patch in transaction["patches"]]
    if trace.get("startContent"):
        patches.insert(0, (0, 0, trace["startContent"]))
    for _ in range(rounds):
        doc = engine.LoroDoc()
        text = doc.get_text("t")

        def replay():
            for at, deleted, inserted in patches:
                if deleted:
                    text.delete(at, deleted)
                if inserted:
                    text.insert(at, inserted)
            doc.commit()

        timed("loro_local", replay)
        assert text.to_string() == trace["endContent"], "loro does not end with endContent"
        FACTS["loro_snapshot_bytes"] = len(doc.export(engine.ExportMode.Snapshot()))


def main(command, path, *rest):
    if command == "trace":
        trace = json.load(gzip.open(path))
        rounds = int(rest[2])
        yrs(trace, read_log(rest[0]), open(rest[1], "rb").read(), rounds)
        if trace.get("kind") != "concurrent":
            loro(trace, rounds)
    elif command == "apply":
        for _ in range(int(rest[0])):
            doc = pycrdt.Doc()
            updates = read_log(path)
            timed("yrs_apply", lambda: apply_all(doc, updates))
    elif command == "merge":
        updates = read_log(path)[:int(rest[0])]
        FACTS["merged_bytes"] = len(timed("yrs_merge", lambda: pycrdt.merge_updates(*updates)))
    for name, values in COSTS.items():
        FACTS[name] = round(statistics.median(values), 3)
    print(json.dumps(FACTS))


main(*sys.argv[1:])
