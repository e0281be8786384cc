"""A pycrdt-websocket server on the `websockets` library, as its documentation sets it up. usage: ... PORT"""
import asyncio, sys
import websockets
from pycrdt import Channel
from pycrdt.websocket import WebsocketServer

try:
    import uvloop
    uvloop.install()
except ImportError:
    pass


class Wire(Channel):
    def __init__(self, socket, path):
        self.socket, self.place = socket, path

    @property
    def path(self):
        return self.place

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            return await self.socket.recv()
        except websockets.ConnectionClosed:
            raise StopAsyncIteration() from None

    async def send(self, message):
        await self.socket.send(message)

    async def recv(self):
        return await self.socket.recv()


async def main():
    async with WebsocketServer() as server:
        async def serve(socket):
            await server.serve(Wire(socket, socket.request.path))

        async with websockets.serve(serve, "127.0.0.1", int(sys.argv[1]), compression=None, max_size=2**22):
            await asyncio.Future()


asyncio.run(main())
