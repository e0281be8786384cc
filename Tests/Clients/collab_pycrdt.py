"""One replica with pycrdt's own provider: connects, edits, goes offline, edits, comes back. Run by collab_clients.

usage: python collab_pycrdt.py URL TOKEN WORD; prints the text that everybody has in the end as JSON.
"""
import asyncio, json, sys
import websockets
from pycrdt import Doc, Provider, Text
from pycrdt_channel import SocketChannel

URL, TOKEN, WORD = sys.argv[1:4]


async def visit(doc, work):
    async with websockets.connect(URL, additional_headers={"Authorization": f"Bearer {TOKEN}"}) as socket:
        async with Provider(doc, SocketChannel(socket, "content")) as provider:
            await asyncio.wait_for(provider.synced.wait(), 120)
            await work()


async def main():
    doc = Doc()
    text = doc.get("content", type=Text)

    async def until(test):
        for _ in range(10_000):
            if test():
                return
            await asyncio.sleep(0.02)
        raise TimeoutError(str(text))

    async def first():
        text.insert(0, f"{WORD}-online ")
        await until(lambda: "node-online" in str(text))
        await asyncio.sleep(0.3)

    async def second():
        await until(lambda: "node-offline" in str(text) and f"{WORD}-offline" in str(text))
        await asyncio.sleep(0.5)

    await visit(doc, first)
    text.insert(len(str(text).encode()), f" {WORD}-offline")
    await visit(doc, second)
    print(json.dumps(str(text)))


asyncio.run(main())
