"""Fan-out load on one room: one writer sends RATE updates a second, N readers note when each arrives.

usage: collab_load.py PORT N RATE SECONDS [--pid SERVER] [--path /room] [--header "Name: value"] [--idle]

Raw asyncio sockets, nothing spent on a frame but its parsing. An update that a server merged into another is
delivered when the merged one is: a struct of k units at clock c carries the updates c to c+k-1. With --idle
nobody writes: N connections are opened and the server's memory is read. Prints one line of JSON.
"""
import asyncio, base64, json, os, struct, sys, time

port, N, rate, secs = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
opt = lambda k, d=None: sys.argv[sys.argv.index(k) + 1] if k in sys.argv else d
pid, path, header = opt("--pid"), opt("--path", "/room1"), opt("--header", "")
try:
    import uvloop
    uvloop.install()
except ImportError:
    pass


def vu(x):
    out = bytearray()
    while x > 127:
        out.append(x & 127 | 128)
        x >>= 7
    out.append(x)
    return bytes(out)


def insertion(client, clock, text, first):
    head = vu(1) + vu(1) + vu(client) + vu(clock)
    place = bytes([4]) + vu(1) + vu(1) + b"t" if first else bytes([0x84]) + vu(client) + vu(clock - 1)
    return head + place + vu(len(text)) + text + vu(0)


def frame(payload):
    n, mask = len(payload), b"\x01\x02\x03\x04"
    head = b"\x82" + (bytes([0x80 | n]) if n < 126 else b"\xfe" + struct.pack(">H", n))
    return head + mask + bytes(c ^ mask[i & 3] for i, c in enumerate(payload))


def cpu():
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split() if pid else [0] * 20
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory():
    lines = open(f"/proc/{pid}/status").read().splitlines() if pid else ["VmRSS: 0"]
    return int([line for line in lines if line.startswith("VmRSS")][0].split()[1])


CLIENT = 4_000_000_000 + os.getpid() % 100_000
sent, latencies, totals = [], [], {"updates": 0, "frames": 0, "bytes": 0}


class Peer(asyncio.Protocol):
    def __init__(self, reads):
        self.buffer, self.up, self.reads = bytearray(), False, reads
        self.ready = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        extra = header + "\r\n" if header else ""
        transport.write((f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{extra}"
                         f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())

    def connection_lost(self, error):
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("closed in the handshake"))

    def data_received(self, data):
        now = time.perf_counter()
        buffer = self.buffer
        buffer += data
        totals["bytes"] += len(data)
        if not self.up:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if b" 101 " not in buffer[:40]:
                self.ready.set_exception(ConnectionError(bytes(buffer[:200]).decode()))
                return
            del buffer[:end + 4]
            self.up = True
            self.transport.write(frame(bytes([0, 0, 1, 0])))
            self.ready.set_result(1)
        i, size = 0, len(buffer)
        while size - i >= 2:
            n, h = buffer[i + 1] & 127, 2
            if n == 126:
                if size - i < 4:
                    break
                n, h = buffer[i + 2] << 8 | buffer[i + 3], 4
            elif n == 127:
                if size - i < 10:
                    break
                n, h = int.from_bytes(buffer[i + 2:i + 10], "big"), 10
            if size - i < h + n:
                break
            op, p = buffer[i] & 15, i + h
            if op == 9:
                self.transport.write(b"\x8a\x80\x01\x02\x03\x04")
            elif op == 2 and self.reads and n > 12 and buffer[p] == 0 and buffer[p + 1] == 2:
                self.update(bytes(buffer[p + 2:p + n]), now)
            i += h + n
        del buffer[:i]

    def update(self, m, now):
        i = 0

        def number():
            nonlocal i
            value = shift = 0
            while True:
                c = m[i]
                i += 1
                value |= (c & 127) << shift
                if c < 128:
                    return value
                shift += 7

        number()
        if number() != 1:
            return
        structs, client, clock = number(), number(), number()
        if client != CLIENT:
            return
        totals["frames"] += 1
        for _ in range(structs):
            info = m[i]
            i += 1
            if info & 0x80:
                number(), number()
            if info & 0x40:
                number(), number()
            if not info & 0xC0:
                number()
                name = number()
                i += name
            units = number()
            i += units
            for k in range(clock, clock + units):
                if k < len(sent):
                    latencies.append(now - sent[k])
                    totals["updates"] += 1
            clock += units


async def main():
    loop, readers = asyncio.get_running_loop(), []
    before = memory()
    for k in range(0, N, 50):
        made = await asyncio.gather(*[loop.create_connection(lambda: Peer(True), "127.0.0.1", port) for _ in range(min(50, N - k))])
        readers += [peer for _, peer in made]
        await asyncio.gather(*[peer.ready for _, peer in made])
    if "--idle" in sys.argv:
        await asyncio.sleep(secs)
        after = memory()
        up = sum(1 for peer in readers if not peer.transport.is_closing())
        print(json.dumps(dict(connections=up, rss_before_kb=before, rss_after_kb=after, kb_per_connection=round((after - before) / N, 2))))
        return
    _, writer = await loop.create_connection(lambda: Peer(False), "127.0.0.1", port)
    await writer.ready
    await asyncio.sleep(1.0)
    cpu0, start, n = cpu(), time.perf_counter(), int(rate * secs)
    for k in range(n):
        delay = start + k / rate - time.perf_counter()
        if delay > 0:
            await asyncio.sleep(delay)
        sent.append(time.perf_counter())
        update = insertion(CLIENT, k, b"a", k == 0)
        writer.transport.write(frame(b"\x00\x02" + vu(len(update)) + update))
    until = time.perf_counter() + 15
    while totals["updates"] < n * N and time.perf_counter() < until:
        await asyncio.sleep(0.05)
    latencies.sort()
    at = lambda f: round(latencies[min(len(latencies) - 1, int(len(latencies) * f))] * 1e3, 2) if latencies else None
    delivered = totals["updates"]
    print(json.dumps(dict(
        clients=N, rate=rate, expected=n * N, delivered=delivered, frames=totals["frames"], p50_ms=at(.5), p99_ms=at(.99), max_ms=at(1),
        cpu_s=round(cpu() - cpu0, 2), cpu_us_per_delivery=round((cpu() - cpu0) * 1e6 / max(1, delivered), 2), rss_mb=round(memory() / 1024, 1))))


asyncio.run(main())
